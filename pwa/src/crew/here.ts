/** Where the tablet is: asked for only when somebody sorts by distance, makes a round or reports a fault. */
import { announce, set } from './state.ts';
import { say } from './words.ts';

const FRESH_MS = 60_000;
const PATIENCE_MS = 15_000;

export function findMe(onFound?: (position: GeolocationCoordinates) => void): void {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      set({ here: { lat: coords.latitude, lon: coords.longitude } });
      onFound?.(coords);
    },
    () => {
      announce(say('no_position'));
    },
    { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: PATIENCE_MS },
  );
}
