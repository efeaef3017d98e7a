import type { Island } from '../islands.ts';

/** Days of the week ("12345", Monday is 1), the minutes of the day a number answers between, and the number. */
export type Hours = readonly [days: string, start: number, end: number, phone: string];

const DAY_MS = 86_400_000;

/** The number that answers at an instant, as app/places/municipality.py says it. */
export function phoneAt(moment: Date, hours: readonly Hours[], holidays: string): string | undefined {
  // The Swedish way to write a time is the ISO one: "2026-12-24 07:59".
  const local = moment.toLocaleString('sv-SE', { timeZone: 'Europe/Oslo' });
  const [date = '', clock = ''] = local.split(' ');
  const minute = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
  const weekday = (daysBack: number): string => {
    const day = new Date(Date.parse(date) - daysBack * DAY_MS);
    return holidays.includes(day.toISOString().slice(0, 10)) ? '7' : String(day.getUTCDay() || 7);
  };
  return hours.find(([days, start, end]) => {
    const today = days.includes(weekday(0));
    if (start < end) return today && start <= minute && minute < end;
    return (today && minute >= start) || (days.includes(weekday(1)) && minute < end);
  })?.[3];
}

/** A page kept on the phone for days must not send anybody to a number that nobody answers now. */
export const dutyPhone: Island = (root) => {
  const { hours = '[]', holidays = '', otherwise = '' } = root.dataset;
  const update = (): void => {
    const phone = phoneAt(new Date(), JSON.parse(hours) as Hours[], holidays) ?? otherwise;
    const digits = phone.replace(/[^\d+]/g, '');
    root.setAttribute('href', `tel:${digits.length === 8 ? '+47' : ''}${digits}`);
    const number = root.querySelector('b');
    // The panel is read out when it changes, so it must not change for nothing.
    if (number && number.textContent !== phone) number.textContent = phone;
  };
  document.addEventListener('visibilitychange', update);
  window.addEventListener('pageshow', update);
  document.addEventListener('change', update);
  update();
};
