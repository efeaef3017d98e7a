import { startIslands } from './islands.ts';
import { code } from './islands/code.ts';
import { map } from './islands/map.ts';
import { nearMe } from './islands/near-me.ts';
import { search } from './islands/search.ts';
import { share } from './islands/share.ts';
import { where } from './islands/where.ts';

startIslands({ code, map, 'near-me': nearMe, search, share, where });
