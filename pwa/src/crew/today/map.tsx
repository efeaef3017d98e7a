/** The map beside the list, or a round on it. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CrewMap, Dot } from '../../crew-map.ts';
import { whenIdle } from '../../islands/worker.ts';
import { loadMap } from '../assets.ts';
import type { Row } from '../grouping.ts';
import type { Spot } from '../route.ts';
import { go, reportAddress } from '../router.ts';
import { get } from '../state.ts';
import { say } from '../words.ts';

const WIDE = matchMedia('(min-width: 60rem)');

export function useWide(): boolean {
  const [isWide, tell] = useState(WIDE.matches);
  useEffect(() => {
    const look = (): void => {
      tell(WIDE.matches);
    };
    WIDE.addEventListener('change', look);
    return () => {
      WIDE.removeEventListener('change', look);
    };
  }, []);
  return isWide;
}

export function dotsOf(rows: readonly Row[], ordered = false): Dot[] {
  return rows.flatMap(({ report }, at): Dot[] => {
    const { number, lat, lon, urgent, place_name } = report;
    if (lat === null || lon === null) return [];
    const name = [report.category_name, place_name].filter(Boolean).join(', ');
    return [{ number, lat, lon, urgent, name, ...(ordered ? { order: at + 1 } : {}) }];
  });
}

async function open(canvas: HTMLElement): Promise<CrewMap> {
  const { openCrewMap } = await loadMap();
  const tiles = get().ground?.tiles ?? { url: '/tiles/{z}/{y}/{x}.png', max_zoom: 18 };
  return openCrewMap(canvas, {
    tiles,
    words: { map: say('map'), zoomIn: say('zoom_in'), zoomOut: say('zoom_out') },
    onPick: (number) => {
      go(reportAddress(number));
    },
  });
}

interface Props {
  readonly rows: readonly Row[];
  readonly here: Spot | null;
  readonly ordered?: boolean;
}

export function WorkMap({ rows, here, ordered = false }: Props): JSX.Element {
  const canvas = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<CrewMap | null>(null);
  const [hasFailed, fail] = useState(false);
  useEffect(() => {
    let opened: CrewMap | undefined;
    let isGone = false;
    const begin = async (): Promise<void> => {
      if (!canvas.current) return;
      opened = await open(canvas.current);
      if (isGone) opened.close();
      else setMap(opened);
    };
    // The list comes first; a map costs more than all else together.
    whenIdle(() => {
      if (!isGone) {
        begin().catch(() => {
          fail(true);
        });
      }
    });
    return () => {
      isGone = true;
      opened?.close();
    };
  }, []);
  useEffect(() => {
    map?.show(dotsOf(rows, ordered), here);
  }, [map, rows, here, ordered]);
  return (
    <section class="map-side" aria-label={say('map')}>
      {hasFailed && <p>{say('no_map')}</p>}
      <div class="map" ref={canvas} />
    </section>
  );
}
