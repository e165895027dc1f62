import { webGpuRuntime } from '../runtime/webgpu.ts'
import { serveModel } from './serve-model.ts'

serveModel(webGpuRuntime)
