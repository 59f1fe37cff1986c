# Two sockets, to be called: FOLDER/stream takes connections and ends them, FOLDER/datagram takes whatever is sent.
# Says so on standard output when they are there, and ends with its standard input.
use strict;
use warnings;
use Socket;

my $folder = shift;
socket(my $stream, AF_UNIX, SOCK_STREAM, 0) or die $!;
bind($stream, sockaddr_un("$folder/stream")) && listen($stream, 128) or die $!;
socket(my $datagram, AF_UNIX, SOCK_DGRAM, 0) or die $!;
bind($datagram, sockaddr_un("$folder/datagram")) or die $!;
$| = 1;
print "ready\n";

my ($wanted, $ignored) = ('', '');
vec($wanted, fileno $_, 1) = 1 for $stream, $datagram, *STDIN;
while (select(my $there = $wanted, undef, undef, undef)) {
  last if vec($there, fileno STDIN, 1) && !sysread(STDIN, $ignored, 4096);
  if (vec($there, fileno $stream, 1) && accept(my $caller, $stream)) { close $caller }
  recv($datagram, $ignored, 65536, 0) if vec($there, fileno $datagram, 1);
}
