import { CheckpointError } from '../../errors/index.ts'
import { requireFewTensors, WEIGHT_BYTES, type Weight, type WeightMap } from '../../model/index.ts'
import type { StoredFile } from '../model-folder.ts'
import { readLegacyFile } from './legacy-file.ts'
import { PickleDict, type PickleValue, TensorView } from './pickle-values.ts'
import { Unpickler } from './unpickler.ts'
import { readZipEntries, type ZipEntry } from './zip-archive.ts'

/** The state of a PyTorch file: a pickle, and where the bytes of each storage lie. */
export interface TorchState {
  readonly file: StoredFile
  readonly state: PickleValue
  readonly storages: ReadonlyMap<string, ZipEntry>
}

/** The pickle holds names and shapes only; real ones have some hundred kilobytes. */
const LARGEST_PICKLE = 16 << 20
/** Of the name of a byte order: `little` or `big`. */
const LONGEST_ORDER = 16
/** How many times the file's size its views may take when their elements are set side by side. */
const MOST_REPEATED = 4

/**
 * Reads `pytorch_model.bin`, as torch.save writes it today (a zip file) or wrote it before 1.6 (a row
 * of pickles). No weight is read but those whose elements do not lie side by side.
 * @throws CheckpointError for a damaged file, and for anything in it that is not a tensor's.
 */
export async function readTorchFile(file: StoredFile): Promise<WeightMap> {
  const start = await file.read(0, Math.min(4, file.size))
  const isZip = start[0] === 0x50 && start[1] === 0x4b
  const state = isZip ? await readZipFile(file) : await readLegacyFile(file)
  requireFewTensors(file.path, [...tensorsOf(state)].length)
  requireModestViews(state)
  const weights = new Map<string, Weight>()
  for (const [name, view] of tensorsOf(state)) weights.set(name, await weightOf(name, view, state))
  if (weights.size === 0) refuseNested(state)
  return weights
}

async function readZipFile(file: StoredFile): Promise<TorchState> {
  const { path } = file
  const entries = await readZipEntries(file)
  const pickleName = [...entries.keys()].find((name) => name.endsWith('/data.pkl'))
  const pickle = entries.get(pickleName ?? '')
  if (!pickleName || !pickle || pickle.byteLength > LARGEST_PICKLE) {
    throw unexpected(path, 'it holds no data.pkl of a sensible size')
  }
  const root = pickleName.slice(0, -'data.pkl'.length)
  await requireLittleEndian(file, entries.get(`${root}byteorder`))
  const bytes = await file.read(pickle.offset, pickle.byteLength)
  const storages = new Map(
    [...entries]
      .filter(([name]) => name.startsWith(`${root}data/`))
      .map(([name, entry]) => [name.slice(`${root}data/`.length), entry]),
  )
  return { file, state: new Unpickler(bytes, path).load(), storages }
}

async function requireLittleEndian(file: StoredFile, entry: ZipEntry | undefined): Promise<void> {
  if (!entry) return
  const bytes = await file.read(entry.offset, Math.min(entry.byteLength, LONGEST_ORDER))
  const order = new TextDecoder().decode(bytes)
  if (order !== 'little') throw unexpected(file.path, `its byte order is ${order}, not little`)
}

/** The tensors of a state, by name; other values (a version, a step) are left out. */
function* tensorsOf({ file, state }: TorchState): Generator<readonly [string, TensorView]> {
  if (!(state instanceof PickleDict))
    throw unexpected(file.path, 'it holds no dictionary of tensors')
  for (const [name, value] of state.entries) {
    if (typeof name === 'string' && isTensor(value)) yield [name, value]
  }
}

/** Training programs save a model's state beside others of theirs. */
function refuseNested({ file, state }: TorchState): void {
  const entries = state instanceof PickleDict ? [...state.entries] : []
  const [name] = entries.find(([, value]) => holdsTensors(value)) ?? []
  if (typeof name !== 'string') return
  const how = `save what torch.load gives under ${JSON.stringify(name)} alone, or a model folder`
  throw unexpected(file.path, `its tensors lie inside its entry ${JSON.stringify(name)}; ${how}`)
}

function holdsTensors(value: PickleValue): boolean {
  return value instanceof PickleDict && [...value.entries.values()].some(isTensor)
}

function isTensor(value: PickleValue): value is TensorView {
  return value instanceof TensorView
}

/** A view of stride 0 repeats one element as often as it says: a few bytes could fill the memory. */
function requireModestViews(state: TorchState): void {
  const { file } = state
  let total = 0
  for (const [name, view] of tensorsOf(state)) {
    if (isContiguous(view)) continue
    total += elementsOf(view) * WEIGHT_BYTES[view.type]
    if (total <= MOST_REPEATED * file.size) continue
    const shape = `[${view.shape.join(',')}]`
    throw unexpected(file.path, `the tensor ${name} ${shape} repeats its elements too often`)
  }
}

async function weightOf(
  name: string,
  view: TensorView,
  { file, storages }: TorchState,
): Promise<Weight> {
  const { type, shape } = view
  const width = WEIGHT_BYTES[type]
  const storage = storages.get(view.storage.key)
  const elements = elementsOf(view)
  const reach = elements === 0 ? 0 : lastElement(view) + 1
  if (!storage || !((view.offset + reach) * width <= storage.byteLength)) {
    throw unexpected(file.path, `the tensor ${name} [${shape.join(',')}] lies outside its storage`)
  }
  const offset = storage.offset + view.offset * width
  if (isContiguous(view)) {
    const data = { file: file.path, offset, byteLength: elements * width }
    return { name, type, shape, data }
  }
  const bytes = await file.read(offset, reach * width)
  return { name, type, shape, data: { bytes: gatherElements(bytes, view, width) } }
}

function elementsOf({ shape }: TensorView): number {
  return shape.includes(0) ? 0 : shape.reduce((product, dim) => product * dim, 1)
}

/** The offset of the last element, counted from the first. */
function lastElement({ shape, strides }: TensorView): number {
  return shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), 0)
}

function isContiguous({ shape, strides }: TensorView): boolean {
  if (shape.includes(0)) return true
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const dim = shape[axis] ?? 0
    if (dim > 1 && strides[axis] !== expected) return false
    expected *= dim
  }
  return true
}

/** The elements of a view (a transposed tensor, say) side by side, row-major. */
function gatherElements(
  source: Uint8Array,
  view: TensorView,
  width: number,
): Uint8Array<ArrayBuffer> {
  const { shape, strides } = view
  const elements = elementsOf(view)
  const gathered = new Uint8Array(elements * width)
  const index = shape.map(() => 0)
  let offset = 0
  for (let element = 0; element < elements; element += 1) {
    gathered.set(source.subarray(offset * width, (offset + 1) * width), element * width)
    offset = advance(index, { shape, strides, offset })
  }
  return gathered
}

/** Counts `index` up by one, last axis first; gives the offset that belongs to it. */
function advance(
  index: number[],
  { shape, strides, offset }: Pick<TensorView, 'shape' | 'strides'> & { readonly offset: number },
): number {
  let next = offset
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const stride = strides[axis] ?? 0
    index[axis] = (index[axis] ?? 0) + 1
    next += stride
    if ((index[axis] ?? 0) < (shape[axis] ?? 0)) return next
    next -= (shape[axis] ?? 0) * stride
    index[axis] = 0
  }
  return next
}

function unexpected(path: string, what: string): CheckpointError {
  return new CheckpointError('checkpoint-torch', `${path} is not a file of weights: ${what}`, {
    facts: { path },
  })
}
