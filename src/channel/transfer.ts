const BUFFERS = new WeakMap<object, ArrayBuffer[]>()

/** Marks what is about to be asked or answered: its buffers are handed over instead of copied. */
export function transfer<Value extends object>(value: Value, buffers: ArrayBuffer[]): Value {
  BUFFERS.set(value, buffers)
  return value
}

export function buffersOf(value: unknown): ArrayBuffer[] {
  return BUFFERS.get(value as object) ?? []
}
