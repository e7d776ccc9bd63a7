import type { ServerResponse } from 'node:http';
import type { Fault } from './fault-plan.ts';

type Tampering = Pick<Fault<object>, 'lostAnswer' | 'silent' | 'truncateAfterBytes'>;

/** Spoils what is yet to be written: the work is done, but the client does not hear of it (all). */
export function tamper(response: ServerResponse, fault: Tampering): void {
  if (fault.silent === true) silence(response);
  else if (fault.lostAnswer === true) breakOff(response);
  else if (fault.truncateAfterBytes !== undefined) truncate(response, fault.truncateAfterBytes);
}

function silence(response: ServerResponse): void {
  response.write = () => true;
  response.end = () => response;
}

function breakOff(response: ServerResponse): void {
  const destroy = (): void => void response.socket?.destroy();
  response.flushHeaders = destroy;
  response.write = () => {
    destroy();
    return true;
  };
  response.end = () => {
    destroy();
    return response;
  };
}

/** The connection is closed once `bytesMax` bytes of the body are out. */
function truncate(response: ServerResponse, bytesMax: number): void {
  const write = response.write.bind(response) as (chunk: Buffer, done: () => void) => boolean;
  let room = bytesMax;
  let closed = false;
  function send(chunk: unknown): void {
    if (closed || (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))) return;
    const bytes = Buffer.from(chunk as string).subarray(0, room);
    room -= bytes.length;
    closed = room <= 0;
    write(bytes, () => {
      if (closed) response.socket?.end();
    });
  }
  response.write = (chunk: unknown) => {
    send(chunk);
    return true;
  };
  response.end = (chunk?: unknown) => {
    send(chunk);
    if (!closed) response.socket?.end();
    closed = true;
    return response;
  };
}
