// The samples of random stories and of a host's life, in one boot.
import './chaos.ts';
import './soak.ts';
