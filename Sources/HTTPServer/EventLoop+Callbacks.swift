import CMicroHTTPD

/// The C functions that libmicrohttpd calls on the loop's thread; their context is the loop.
extension EventLoop {
    static let onConnection: MHD_NotifyConnectionCallback = { context, connection, slot, code in
        guard let context, let connection, let slot else { return }
        let loop = Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue()
        loop.stall.noteProgress()
        switch code {
        case .CONNECTION_NOTIFY_STARTED:
            let state = ConnectionState(
                descriptor: http_connection_descriptor(connection),
                remoteAddress: remoteAddressText(http_connection_address(connection)),
                position: loop.connections.count, nowNanoseconds: monotonicNanoseconds())
            loop.connections.append(state)
            slot.pointee = Unmanaged.passRetained(state).toOpaque()
        case .CONNECTION_NOTIFY_CLOSED:
            guard let stored = slot.pointee else { return }
            slot.pointee = nil
            let state = Unmanaged<ConnectionState>.fromOpaque(stored).takeRetainedValue()
            if state.mustLinger {
                loop.lingering.keep(state.descriptor, nowNanoseconds: monotonicNanoseconds())
            }
            loop.forget(state)
        @unknown default:
            preconditionFailure("libmicrohttpd has a new connection event")
        }
    }

    private func forget(_ connection: ConnectionState) {
        let last = connections.removeLast()
        guard last !== connection else { return }
        connections[connection.position] = last
        last.position = connection.position
    }

    /// The returned exchange becomes the request's context and is released on completion.
    static let onTarget:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
        ) -> UnsafeMutableRawPointer? = { context, target, connection in
            guard let context, let target, let connection,
                let stored = http_connection_context(connection)
            else { return nil }
            let loop = Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue()
            let state = Unmanaged<ConnectionState>.fromOpaque(stored).takeUnretainedValue()
            return Unmanaged.passRetained(loop.begin(target, on: state)).toOpaque()
        }

    static let onRequest: MHD_AccessHandlerCallback = {
        context, connection, _, method, version, piece, pieceCount, slot in
        guard let context, let connection, let method, let version, let pieceCount,
            let stored = slot?.pointee
        else { return .NO }
        let loop = Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue()
        let exchange = Unmanaged<Exchange>.fromOpaque(stored).takeUnretainedValue()
        loop.stall.noteProgress()
        switch exchange.stage {
        case .header:
            return loop.acceptHeader(exchange, connection, method: method, version: version)
        case .body:
            guard let piece, pieceCount.pointee > 0 else {
                return loop.dispatch(exchange, connection)
            }
            let bytes = UnsafeBufferPointer(
                start: UnsafeRawPointer(piece).assumingMemoryBound(to: UInt8.self),
                count: pieceCount.pointee)
            pieceCount.pointee = 0
            return loop.acceptBody(exchange, bytes)
        case .waiting(let pending):
            return loop.answerResumed(exchange, connection, pending)
        case .answered:
            // What is still arriving of a refused request is read away by the library.
            pieceCount.pointee = 0
            return .YES
        }
    }

    static let onCompleted: MHD_RequestCompletedCallback = { context, connection, slot, _ in
        guard let context, let connection, let slot, let stored = slot.pointee else { return }
        slot.pointee = nil
        let loop = Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue()
        let exchange = Unmanaged<Exchange>.fromOpaque(stored).takeRetainedValue()
        loop.stall.noteProgress()
        // Some refusals are the library's own, made without asking the server.
        if exchange.status == 0 {
            exchange.status = Int(http_connection_status(connection))
            exchange.connection.mustLinger = exchange.status != 0
        }
        loop.complete(exchange)
    }
}
