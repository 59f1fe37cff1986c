#!/bin/bash
# Runs a program on two real kernels at once, with a network between them: two.sh PROGRAM [ARGUMENT...]. Each is told by its last
# argument which of the two it is, 1 or 2. What it can tell of them stands on standard output in turn; exit status 0 when both have 0.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec perl -MSocket -e '
  # Descriptors that the machines get.
  $^F = 255;
  socketpair(my $one, my $two, AF_UNIX, SOCK_DGRAM, 0) or die "two.sh: no sockets: $!\n";
  my ($boot, @command) = @ARGV;
  my @machines;
  for my $number (1, 2) {
    my $machine = fork() // die "two.sh: no process: $!\n";
    if ($machine == 0) {
      close($number == 1 ? $two : $one);
      $ENV{LAB_NETWORK} = fileno($number == 1 ? $one : $two);
      exec($boot, @command, $number);
      die "two.sh: $boot: $!\n";
    }
    push @machines, $machine;
  }
  close($one);
  close($two);
  my $failed = 0;
  for my $machine (@machines) { waitpid($machine, 0); $failed = 1 if $?; }
  exit $failed;
' "$here/boot.sh" --minutes 10 "$@"
