import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection on which a request can be sent as badly as one likes. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** The head of a request whose body shall have so many bytes. */
export function requestHead(path: string, length: number): string {
  return (
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `content-length: ${length}\r\n\r\n`
  )
}

/** All that comes until the connection is closed. */
export async function receivedOn(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (part: string) => {
    text += part
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}
