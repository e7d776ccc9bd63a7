/** A refusal in plain text instead of a Status: what the real server gives where nothing at all is behind a path. */
export class PlainRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = 'PlainRefusal';
    this.code = code;
  }
}

export function pageNotFound(): PlainRefusal {
  return new PlainRefusal(404, '404 page not found\n');
}
