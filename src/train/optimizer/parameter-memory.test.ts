import { expect, test } from 'vitest'
import { InputError } from '../../errors/index.ts'
import { ParameterMemory, type ParameterPart } from './index.ts'

const SPECS = [
  { name: 'table', shape: [5, 3], sparse: true },
  { name: 'weight', shape: [7] },
  { name: 'fixed', shape: [2, 2], frozen: true },
]

test('parts lie apart, aligned, in one buffer, and begin as zeros', () => {
  const memory = new ParameterMemory(SPECS, { accumulation: true, average: true })
  const parts = memory.slots.flatMap(({ name, offsets }) =>
    [...offsets.keys()].map((part) => memory.view(name, part)),
  )
  expect(parts).toHaveLength(13)
  for (const [i, view] of parts.entries()) {
    expect(view.buffer).toBe(memory.wasm.buffer)
    expect(view.byteOffset % 64).toBe(0)
    expect([...view]).toEqual(new Array(view.length).fill(0))
    view.fill(i + 1)
  }
  for (const [i, view] of parts.entries()) expect(new Set(view)).toEqual(new Set([i + 1]))
})

test.each<[string, ParameterPart]>([
  ['fixed', 'gradient'],
  ['fixed', 'firstMoment'],
  ['weight', 'total'],
  ['weight', 'average'],
])('%s has no %s', (name, part) => {
  const memory = new ParameterMemory(SPECS)
  expect(() => memory.view(name, part)).toThrow(
    new RegExp(`no ${part} is held for parameter ${name}`),
  )
})

test('an unknown name, a name given twice', () => {
  expect(() => new ParameterMemory(SPECS).view('bias', 'parameter')).toThrow(
    /no parameter named bias/,
  )
  expect(() => new ParameterMemory([...SPECS, ...SPECS])).toThrow(/two parameters are named table/)
})

test('more than WebAssembly can address is refused, with the size', () => {
  const make = () => new ParameterMemory([{ name: 'huge', shape: [300_000, 1024] }])
  expect(make).toThrow(InputError)
  expect(make).toThrow(/take 4915200064 bytes/)
})
