import { describe, expect, test } from 'vitest'
import { GlobalName, PickleDict, StorageReference, TensorView } from './pickle-values.ts'
import { Unpickler } from './unpickler.ts'

/** A pickle out of opcodes (one character each), numbers (one byte each) and texts. */
function pickle(...parts: readonly (string | number)[]): Unpickler {
  const bytes = parts.map((part) =>
    typeof part === 'number' ? Uint8Array.of(part) : Buffer.from(part),
  )
  return new Unpickler(Uint8Array.from(Buffer.concat(bytes)), 'test.pkl')
}

/** SHORT_BINUNICODE and BINUNICODE of ASCII. */
const short = (value: string) => [0x8c, value.length, value] as const
const longText = (value: string) => ['X', value.length, 0, 0, 0, value] as const

function forbidden(what: string, position: number) {
  return expect.objectContaining({
    name: 'CheckpointError',
    code: 'checkpoint-pickle-forbidden',
    message: expect.stringContaining(`holds the ${what} at byte ${position},`),
    facts: { source: 'test.pkl', what, position },
  })
}

function malformed(what: string) {
  return expect.objectContaining({
    code: 'checkpoint-pickle-malformed',
    message: expect.stringMatching(
      new RegExp(`^test\\.pkl is not a whole pickle: ${what} at byte`),
    ),
  })
}

describe('values', () => {
  test.each<readonly [string, Unpickler, unknown]>([
    ['None', pickle('N.'), null],
    ['True', pickle(0x88, '.'), true],
    ['False', pickle(0x89, '.'), false],
    ['BININT', pickle('J', 0xfe, 0xff, 0xff, 0xff, '.'), -2],
    ['BININT1', pickle('K', 0xff, '.'), 255],
    ['BININT2', pickle('M', 0x01, 0x02, '.'), 513],
    ['LONG1 of no bytes', pickle(0x8a, 0, '.'), 0],
    ['LONG1, negative', pickle(0x8a, 1, 0xff, '.'), -1],
    ['LONG1, wide', pickle(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, '.'), 1n << 64n],
    ['BINFLOAT', pickle('G', 0xbf, 0xc0, 0, 0, 0, 0, 0, 0, '.'), -0.125],
    ['BINUNICODE', pickle(...longText('abc'), '.'), 'abc'],
    ['SHORT_BINUNICODE', pickle(...short('abc'), '.'), 'abc'],
    ['a Python 2 string', pickle('U', 2, 'ab', '.'), 'ab'],
    ['tuples', pickle('(', 'K', 1, ')', 'N', 't.'), [1, [], null]],
    ['a list', pickle(']', '(', 'K', 1, 'K', 2, 'e', 'K', 3, 'a', '.'), [1, 2, 3]],
    ['POP', pickle('K', 1, 'K', 2, '0.'), 1],
  ])('%s', (_, machine, value) => {
    expect(machine.load()).toEqual(value)
  })

  test('a dict, its items set one by one and together', () => {
    const dict = pickle('}', 'K', 1, 'K', 2, 's', '(', 'K', 3, 'N', 'u', '.').load()
    expect(dict).toBeInstanceOf(PickleDict)
    expect([...(dict as PickleDict).entries]).toEqual([
      [1, 2],
      [3, null],
    ])
  })

  test('what the memo gives back is the same list, with what was added later', () => {
    const [first, second] = pickle(']', 'q', 0, 'K', 7, 'a', 'h', 0, 0x86, '.').load() as unknown[]
    expect(first).toEqual([7])
    expect(second).toBe(first)
  })

  test('one pickle after another', () => {
    const bytes = Uint8Array.of(0x4e, 0x2e, 0x4b, 5, 0x2e)
    const first = new Unpickler(bytes, 'test.pkl')
    expect(first.load()).toBeNull()
    expect(first.position).toBe(2)
    expect(new Unpickler(bytes, 'test.pkl', first.position).load()).toBe(5)
  })
})

describe('names', () => {
  test('one of the list', () => {
    expect(pickle('ctorch\nFloatStorage\n.').load()).toEqual(new GlobalName('torch.FloatStorage'))
    const machine = pickle(...short('torch'), ...short('float16'), 0x93, '.')
    expect(machine.load()).toEqual(new GlobalName('torch.float16'))
  })

  test.each([
    'os\nsystem',
    'builtins\neval',
    '__builtin__\nexec',
    'subprocess\nPopen',
    'torch\nload',
    'torch._utils\n_rebuild_device_tensor_from_numpy',
    'torch\n__proto__',
    '\n__proto__',
    'builtins\ngetattr',
  ])('GLOBAL %j is refused', (lines) => {
    const name = lines.replace('\n', '.')
    expect(() => pickle(0x80, 2, `c${lines}\n`, ')R.').load()).toThrow(forbidden(`name ${name}`, 2))
  })

  test('STACK_GLOBAL is held to the same list', () => {
    const machine = pickle(0x80, 4, ...short('posix'), ...short('system'), 0x93, '.')
    expect(() => machine.load()).toThrow(forbidden('name posix.system', 17))
  })

  test('STACK_GLOBAL of lists is refused before they are written out', () => {
    // 60 lists, each holding the one before twice: 2^60 commas if they were made a string.
    const levels = Array.from({ length: 60 }, (_, i) => ['q', i, 'h', i, 0x86]).flat()
    const machine = pickle('K', 1, ...levels, ...short('x'), 0x93, '.')
    expect(() => machine.load()).toThrow(malformed('a name is no text'))
  })
})

describe('calls', () => {
  const storage = ['(', ...longText('storage'), 'ctorch\nFloatStorage\n', ...longText('0')] as const
  const reference = [...storage, ...longText('cpu'), 'K', 6, 't', 'Q'] as const
  const rebuild = 'ctorch._utils\n_rebuild_tensor_v2\n'

  test('a tensor', () => {
    const shape = ['K', 2, 'K', 3, 0x86] as const
    const strides = ['K', 3, 'K', 1, 0x86] as const
    const machine = pickle(rebuild, '(', ...reference, 'K', 0, ...shape, ...strides, 't', 'R.')
    const tensor = machine.load()
    expect(tensor).toEqual(
      new TensorView(new StorageReference('0', 'float32'), 'float32', {
        offset: 0,
        shape: [2, 3],
        strides: [3, 1],
      }),
    )
    expect(machine.storages).toEqual([new StorageReference('0', 'float32')])
  })

  test.each<readonly [string, readonly (string | number)[]]>([
    ['no arguments', []],
    ['no storage', ['N', 'K', 0, ')', ')']],
    ['a shape that is no tuple', [...reference, 'K', 0, 'K', 2, 'K', 1, 0x85]],
    ['a negative size', [...reference, 'K', 0, 'J', 255, 255, 255, 255, 0x85, 'K', 1, 0x85]],
    ['a negative stride', [...reference, 'K', 0, 'K', 2, 0x85, 'J', 255, 255, 255, 255, 0x85]],
    ['a negative offset', [...reference, 'J', 255, 255, 255, 255, 'K', 2, 0x85, 'K', 1, 0x85]],
    ['a fractional size', [...reference, 'K', 0, 'G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0x85, ')']],
    ['more sizes than strides', [...reference, 'K', 0, 'K', 2, 0x85, ')']],
    [
      'a size beyond 2^53',
      [...reference, 'K', 0, 0x8a, 8, ...Array<number>(7).fill(0), 1, 0x85, ')'],
    ],
  ])('a tensor of %s is refused', (_, args) => {
    expect(() => pickle(rebuild, '(', ...args, 't', 'R.').load()).toThrow(
      /holds the call of torch\._utils\._rebuild_tensor_v2 at byte \d+/,
    )
  })

  test.each<readonly [string, readonly (string | number)[], string]>([
    ['a type', ['ctorch\nFloatStorage\n', ')R.'], 'torch.FloatStorage'],
    [
      'an OrderedDict of items',
      ['ccollections\nOrderedDict\n', ']', 0x85, 'R.'],
      'collections.OrderedDict',
    ],
    [
      'a parameter of a number',
      ['ctorch._utils\n_rebuild_parameter\n', 'K', 1, 0x85, 'R.'],
      'torch._utils._rebuild_parameter',
    ],
    ['a text', [...longText('os.system'), ')R.'], 'something that is no function'],
    [
      'arguments that are no tuple',
      ['ccollections\nOrderedDict\n', 'NR.'],
      'collections.OrderedDict',
    ],
  ])('%s is not called', (_, parts, name) => {
    const length = parts.reduce<number>(
      (sum, part) => sum + (typeof part === 'number' ? 1 : part.length),
      0,
    )
    expect(() => pickle(...parts).load()).toThrow(forbidden(`call of ${name}`, length - 2))
  })

  test.each<readonly [string, readonly (string | number)[]]>([
    ['a text', longText('storage')],
    ['another tag', ['(', ...longText('module'), 'N', 't']],
    [
      'a type that is no storage',
      ['(', ...longText('storage'), 'ctorch\nfloat32\n', ...longText('0'), 't'],
    ],
    ['a key that is no text', ['(', ...longText('storage'), 'ctorch\nFloatStorage\n', 'N', 't']],
    ['a view of another storage', [...storage, ...longText('cpu'), 'K', 6, ')', 't']],
  ])('a persistent id that is %s is refused', (_, parts) => {
    expect(() => pickle(...parts, 'Q.').load()).toThrow(
      malformed('a persistent id names no storage'),
    )
  })

  test('attributes are set on dicts and tensors only, and forgotten', () => {
    expect(pickle('}', '}', 'b.').load()).toEqual(new PickleDict())
    expect(() => pickle(']', '}', 'b.').load()).toThrow(
      forbidden('opcode BUILD on no dict and no tensor', 2),
    )
  })
})

test.each<readonly [string, readonly (string | number)[], number]>([
  ['INST (0x69)', ['(', ...longText('id'), 'ios\nsystem\n.'], 8],
  ['OBJ (0x6f)', ['(', 'N', 'o.'], 2],
  ['NEWOBJ (0x81)', ['N', ')', 0x81, '.'], 2],
  ['NEWOBJ_EX (0x92)', ['N', ')', '}', 0x92, '.'], 3],
  ['EXT1 (0x82)', [0x82, 1, '.'], 0],
  ['EXT2 (0x83)', [0x83, 1, 0, '.'], 0],
  ['EXT4 (0x84)', [0x84, 1, 0, 0, 0, '.'], 0],
  ['PERSID (0x50)', ['P0\n.'], 0],
  ['0x42', ['B', 0, 0, 0, 0, '.'], 0],
  ['0x98', ['N', 0x98, '.'], 1],
  ['0x00', [0], 0],
])('opcode %s is refused', (name, parts, position) => {
  expect(() => pickle(...parts).load()).toThrow(forbidden(`opcode ${name}`, position))
})

describe('damage and attacks on memory', () => {
  test.each<readonly [string, readonly (string | number)[], string]>([
    ['nothing', [], 'it ends too early'],
    ['no STOP', ['N'], 'it ends too early'],
    ['STOP at once', ['.'], 'its stack runs empty'],
    ['STOP on a mark', ['(.'], 'its stack runs empty'],
    ['half a number', ['J', 1, 2], 'it ends too early'],
    ['a text of 4 GB', ['X', 255, 255, 255, 255, 'abc'], 'it ends too early'],
    ['a long of 255 bytes', [0x8a, 255, 1], 'it ends too early'],
    ['a line without end', ['ctorch'], 'a line does not end'],
    ['a tuple without its mark', ['Nt.'], 'a mark is missing'],
    ['a pair without its second', ['N', 0x86, '.'], 'its stack runs empty'],
    ['items outside a dict', [']', 'NNs.'], 'items are set outside a dict'],
    ['a key without value', ['}', '(', 'N', 'u.'], 'a key has no value'],
    ['items outside a list', ['}', 'N', 'a.'], 'items are appended outside a list'],
    ['an empty memo', ['h', 7, '.'], 'memo 7 is empty'],
    ['nothing to remember', ['q', 0, '.'], 'there is nothing to remember'],
    ['a mark to remember', ['(', 'q', 0, '.'], 'there is nothing to remember'],
  ])('%s', (_, parts, what) => {
    expect(() => pickle(...parts).load()).toThrow(malformed(what))
  })

  test('deep nesting is read without recursion', () => {
    const depth = 50_000
    expect(Array.isArray(pickle('N', ...Array<number>(depth).fill(0x85), '.').load())).toBe(true)
  })

  test('a list inside itself is read', () => {
    const list = pickle(']', 'q', 0, 'h', 0, 'a.').load() as unknown[]
    expect(list[0]).toBe(list)
  })

  test('a memo bomb stays as small as its file', () => {
    const levels = Array.from({ length: 100 }, (_, i) => ['q', i, 'h', i, 0x86]).flat()
    const value = pickle('N', ...levels, '.').load() as unknown[]
    expect(value[0]).toBe(value[1])
  })

  test('more values than any model has are refused', () => {
    const bytes = new Uint8Array(2_000_002).fill(0x4e)
    expect(() => new Unpickler(bytes, 'test.pkl').load()).toThrow(
      malformed('it makes too many values'),
    )
  })

  test('one value remembered too often is refused', () => {
    const bytes = new Uint8Array(2_000_004).fill(0x94)
    bytes[0] = 0x4e
    expect(() => new Unpickler(bytes, 'test.pkl').load()).toThrow(
      malformed('it remembers too many values'),
    )
  })
})
