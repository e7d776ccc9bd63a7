/** One field of a protobuf message as it stands in the bytes. */
export interface WireField {
  readonly number: number;
  /** A varint or fixed number, or the bytes of a string, a message or a list. */
  readonly value: bigint | Buffer;
  readonly wireType: number;
}

export class MalformedProtobufError extends Error {}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** The fields of a message in the order of the bytes. Throws MalformedProtobufError for bytes that are none. */
export function* wireFields(bytes: Buffer): Generator<WireField> {
  let place = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[place++];
      if (byte === undefined) throw new MalformedProtobufError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedProtobufError('proto: integer overflow');
  };
  const take = (length: number): Buffer => {
    const end = place + length;
    if (end > bytes.length) throw new MalformedProtobufError('unexpected EOF');
    const taken = bytes.subarray(place, end);
    place = end;
    return taken;
  };
  while (place < bytes.length) {
    const key = Number(varint());
    const number = key >>> 3;
    const wireType = key & 7;
    switch (wireType) {
      case VARINT:
        yield { number, wireType, value: varint() };
        break;
      case FIXED_64:
        yield { number, wireType, value: take(8) };
        break;
      case BYTES:
        yield { number, wireType, value: take(Number(varint())) };
        break;
      case FIXED_32:
        yield { number, wireType, value: take(4) };
        break;
      default:
        throw new MalformedProtobufError(`proto: illegal wireType ${wireType}`);
    }
  }
}

export function bytesOf({ value }: WireField): Buffer {
  if (typeof value === 'bigint') throw new MalformedProtobufError('proto: wrong wireType = 0');
  return value;
}

/** A signed integer; what does not fit a double is rounded, as JSON readers do. */
export function integerOf({ value }: WireField): number {
  if (typeof value !== 'bigint') throw new MalformedProtobufError('proto: wrong wireType = 2');
  return Number(BigInt.asIntN(64, value));
}
