import type { WeightType } from '../../model/index.ts'
import {
  GlobalName,
  PickleDict,
  type PickleValue,
  StorageReference,
  TensorView,
} from './pickle-values.ts'

/**
 * Everything a pickle may name, and what it then gets. Python would import and call these names;
 * here each is a function of this table, and any other name is refused.
 * Reference: torch.load(weights_only=True), of whose list this is the part that tensors need.
 */

const STORAGES: Readonly<Record<string, WeightType | undefined>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.ComplexFloatStorage': 'complex64',
  'torch.BoolStorage': 'bool',
  'torch.storage.UntypedStorage': undefined,
  'torch.UntypedStorage': undefined,
}

const TYPES: Readonly<Record<string, WeightType>> = {
  'torch.float64': 'float64',
  'torch.float32': 'float32',
  'torch.float16': 'float16',
  'torch.bfloat16': 'bfloat16',
  'torch.int64': 'int64',
  'torch.int32': 'int32',
  'torch.int16': 'int16',
  'torch.int8': 'int8',
  'torch.uint64': 'uint64',
  'torch.uint32': 'uint32',
  'torch.uint16': 'uint16',
  'torch.uint8': 'uint8',
  'torch.bool': 'bool',
  'torch.complex64': 'complex64',
  'torch.float8_e4m3fn': 'float8_e4m3fn',
  'torch.float8_e4m3fnuz': 'float8_e4m3fnuz',
  'torch.float8_e5m2': 'float8_e5m2',
  'torch.float8_e5m2fnuz': 'float8_e5m2fnuz',
  'torch.float8_e8m0fnu': 'float8_e8m0fnu',
}

/** As many as PyTorch's own tensors have. */
const MOST_AXES = 64

type Build = (args: readonly PickleValue[]) => PickleValue | undefined

/** What a call of the name gives; undefined where the arguments are not what they should be. */
const CALLS: Readonly<Record<string, Build>> = {
  'collections.OrderedDict': (args) => (args.length === 0 ? new PickleDict() : undefined),
  'torch._utils._rebuild_tensor': ([storage, ...layout]) => tensorView(storage, layout),
  'torch._utils._rebuild_tensor_v2': ([storage, ...layout]) => tensorView(storage, layout),
  'torch._utils._rebuild_tensor_v3': ([storage, offset, shape, strides, , , type]) =>
    type instanceof GlobalName
      ? tensorView(storage, [offset ?? null, shape ?? null, strides ?? null], TYPES[type.name])
      : undefined,
  'torch._utils._rebuild_parameter': ([tensor]) =>
    tensor instanceof TensorView ? tensor : undefined,
}

export function isAllowed(name: string): boolean {
  return [CALLS, STORAGES, TYPES].some((table) => Object.hasOwn(table, name))
}

export function callGlobal({ name }: GlobalName, args: readonly PickleValue[]) {
  return CALLS[name]?.(args)
}

/**
 * The storage a persistent id `('storage', type, key, device, elements)` stands for. Files from
 * before PyTorch 0.4 may add that it is a view of another: that is refused.
 */
export function storageReference(id: PickleValue): StorageReference | undefined {
  const [tag, type, key, , , view = null] = Array.isArray(id) ? (id as readonly PickleValue[]) : []
  if (tag !== 'storage' || !(type instanceof GlobalName) || typeof key !== 'string')
    return undefined
  if (view !== null) return undefined
  return Object.hasOwn(STORAGES, type.name)
    ? new StorageReference(key, STORAGES[type.name])
    : undefined
}

function tensorView(
  storage: PickleValue | undefined,
  [offset, shape, strides]: readonly PickleValue[],
  type?: WeightType,
): TensorView | undefined {
  if (!(storage instanceof StorageReference)) return undefined
  const element = type ?? storage.type
  if (!element || !isSize(offset) || !areSizes(shape) || !areSizes(strides)) return undefined
  if (shape.length !== strides.length) return undefined
  return new TensorView(storage, element, { offset, shape, strides })
}

function isSize(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function areSizes(value: PickleValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(isSize)
}
