export { createSession } from './create-session.ts'
export {
  BACKENDS,
  type Backend,
  type Session,
  type SessionOptions,
  type Tensor,
} from './session.ts'
