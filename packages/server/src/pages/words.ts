/** Lengths of time and instants in words, so that no reader has to know a time zone or count seconds. */

function counted(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

/** A wait or a term, never shorter than it is: 61 seconds are "2 minutes". */
export function waitInWords(seconds: number): string {
  if (seconds <= 60) return counted(Math.max(1, Math.ceil(seconds)), 'second');
  if (seconds <= 60 * 60) return counted(Math.ceil(seconds / 60), 'minute');
  if (seconds <= 48 * 60 * 60) return counted(Math.ceil(seconds / 3600), 'hour');
  return counted(Math.ceil(seconds / 86_400), 'day');
}

/** How long ago something was, cut off rather than rounded; a clock that runs behind gives "just now". */
export function agoInWords(seconds: number): string {
  if (seconds < 60) return 'just now';
  if (seconds < 60 * 60) return `${counted(Math.floor(seconds / 60), 'minute')} ago`;
  return `${counted(Math.floor(seconds / 3600), 'hour')} ago`;
}

/** An instant for people: `21 November 2026, 14:05:09 UTC`. */
export function instantInWords(epochSeconds: number): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: 'UTC',
  }).format(epochSeconds * 1000);
  return `${text.replace(' at ', ', ')} UTC`;
}

/** The same instant for machines (`<time datetime>`). */
export function instantForMachines(epochSeconds: number): string {
  return new Date(Math.floor(epochSeconds) * 1000).toISOString();
}
