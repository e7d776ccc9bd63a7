/** What differs from run to run, and what stands for it. */
const REPLACED: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/https:\/\/127\.0\.0\.1:\d+/g, 'https://<server>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/(resourceVersion\\*"?: ?)\\*"?\d+\\*"?/gi, '$1<revision>'],
  [/(Resource Version: +)\d+/g, '$1<revision>'],
  // What the client's machinery logs depends on timing.
  [/^W\d{4} .*\n/gm, ''],
  // No column's width depends on an age below a hundred seconds; the blanks after it make up for its length.
  [/(?<=\s)\d{2}s(?=\s|$)/gm, '<s>'],
  [/(?<=\s)\ds (?= )/gm, '<s>'],
  [/(?<=\s)\ds(?=\s|$)/gm, '<s>'],
  [/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1'],
  [/(?:---|\+\+\+) .*\/(LIVE|MERGED).*/g, '<$1>'],
];

/** The transcript without what differs from run to run. */
export function normalised(transcript: string, namespace: string): string {
  let text = transcript.replaceAll(namespace, '<namespace>');
  for (const [pattern, replacement] of REPLACED) text = text.replace(pattern, replacement);
  return text;
}
