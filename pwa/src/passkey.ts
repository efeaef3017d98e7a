import { startIslands } from './islands.ts';
import { passkey } from './islands/passkey.ts';

startIslands({ passkey });
