import { webAssemblyRuntime } from '../runtime/wasm.ts'
import { serveModel } from './serve-model.ts'

serveModel(webAssemblyRuntime)
