import type { WeightType } from '../../model/index.ts'

/** What a pickle of a PyTorch state may be made of; nothing of it is ever executed. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PickleValue[]
  | PickleDict
  | GlobalName
  | StorageReference
  | TensorView

/** A name a pickle imports: only names on the allow-list get this far. */
export class GlobalName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A dict or OrderedDict. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>()
}

/** The run of bytes a tensor is a view of. */
export class StorageReference {
  readonly key: string
  /** Unknown for untyped storages, whose tensors name their type. */
  readonly type: WeightType | undefined
  constructor(key: string, type: WeightType | undefined) {
    this.key = key
    this.type = type
  }
}

/** A tensor: where it starts in its storage, and how far each index steps, in elements. */
export class TensorView {
  readonly storage: StorageReference
  readonly type: WeightType
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(
    storage: StorageReference,
    type: WeightType,
    layout: {
      readonly offset: number
      readonly shape: readonly number[]
      readonly strides: readonly number[]
    },
  ) {
    this.storage = storage
    this.type = type
    this.offset = layout.offset
    this.shape = layout.shape
    this.strides = layout.strides
  }
}
