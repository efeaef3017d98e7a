/** The parts that are loaded only when they are used; the page names them, since their names carry a hash. */
import type * as CrewMaps from '../crew-map.ts';
import type * as Scans from '../crew-scan.ts';

const mount = (): DOMStringMap => document.getElementById('crew-app')?.dataset ?? {};

function styled(address: string): Promise<void> {
  if ([...document.styleSheets].some(({ href }) => href?.endsWith(address))) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = address;
    link.onload = () => {
      resolve();
    };
    link.onerror = reject;
    document.head.append(link);
  });
}

export async function loadMap(): Promise<typeof CrewMaps> {
  const { map = '', mapStyle = '' } = mount();
  const [script] = await Promise.all([import(map) as Promise<typeof CrewMaps>, styled(mapStyle)]);
  return script;
}

export const loadScan = (): Promise<typeof Scans> => import(mount()['scan'] ?? '') as Promise<typeof Scans>;
