import CMicroHTTPD

/// The way of one request through the library's calls: target, header, body, dispatch, answer.
extension EventLoop {
    /// The request line has arrived.
    func begin(_ rawTarget: UnsafePointer<CChar>, on connection: ConnectionState) -> Exchange {
        let now = monotonicNanoseconds()
        let start = UnsafeRawPointer(rawTarget).assumingMemoryBound(to: UInt8.self)
        var count = 0
        while start[count] != 0 { count += 1 }
        connection.enter(.reading, nowNanoseconds: now)
        return Exchange(
            identifier: identifiers.next(), connection: connection, startNanoseconds: now,
            targetAddress: UInt(bitPattern: start), targetCount: count,
            target: RequestTarget(
                raw: UnsafeBufferPointer(start: start, count: count),
                limitBytes: configuration.maximumTargetBytes))
    }

    /// The header has arrived: refuse it, or make ready for its body.
    func acceptHeader(
        _ exchange: Exchange, _ connection: OpaquePointer, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> MHD_Result {
        exchange.stage = .body
        exchange.headerBytes = http_connection_header_bytes(connection)
        if let fault = exchange.target.fault, fault.status != 404 {
            return refuse(exchange, connection, fault)
        }
        if exchange.headerBytes > configuration.maximumHeaderBytes {
            let limit = configuration.maximumHeaderBytes
            return refuse(exchange, connection, .headerFieldsTooLarge(limitBytes: limit))
        }
        if let fault = inspect(exchange, connection, method: method, version: version) {
            return refuse(exchange, connection, fault)
        }
        return .YES
    }

    /// Checks request line and header fields, and finds the route.
    private func inspect(
        _ exchange: Exchange, _ connection: OpaquePointer, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> HTTPFault? {
        let methodToken = bytes(of: method)
        let versionText = bytes(of: version)
        let methodAddress = UInt(bitPattern: method)
        let versionAddress = UInt(bitPattern: version)
        // Method, one blank, target, one blank, version: anything else hides bytes in between.
        guard methodAddress + UInt(methodToken.count) + 1 == exchange.targetAddress,
            exchange.targetAddress + UInt(exchange.targetCount) + 1 == versionAddress,
            methodToken.allSatisfy(ByteClass.isToken)
        else { return .badRequest(reason: "a malformed request line") }
        let isVersion11 = versionText.elementsEqual("HTTP/1.1".utf8)
        guard isVersion11 || versionText.elementsEqual("HTTP/1.0".utf8) else {
            return .versionNotSupported
        }
        let firstNameAddress =
            versionAddress + UInt(versionText.count) + HeaderInspection.lineEndBytes
        let pathCount = exchange.target.pathCount
        let storage = exchange.target.takeStorage()
        let queryEnd = storage.count
        var inspection = HeaderInspection(
            firstNameAddress: firstNameAddress, isVersion11: isVersion11, names: headerNames,
            storage: storage)
        inspection.run(connection, endAddress: methodAddress + UInt(exchange.headerBytes))
        if let fault = inspection.fault { return fault }
        exchange.method = HTTPMethod(token: methodToken)
        exchange.methodText =
            exchange.method?.rawValue ?? String(decoding: methodToken, as: UTF8.self)
        findRoute(exchange, inspection.storage, pathCount: pathCount)
        if let length = inspection.contentLengthBytes, length > maximumBodyBytes(exchange) {
            return .bodyTooLarge(limitBytes: maximumBodyBytes(exchange))
        }
        if let method = exchange.method, method.usuallyHasBody, !isVersion11,
            !inspection.hasFraming
        {
            return .lengthRequired
        }
        if inspection.isChunked {
            let bodyStart = UnsafeRawPointer(method).advanced(by: exchange.headerBytes)
            exchange.framing = ChunkFraming(
                bufferStart: bodyStart.assumingMemoryBound(to: UInt8.self))
        }
        if let length = inspection.contentLengthBytes { exchange.body.reserveCapacity(length) }
        exchange.head = RequestHead(
            storage: inspection.storage, pathCount: pathCount, queryEnd: queryEnd,
            fields: inspection.fields, names: headerNames)
        return nil
    }

    /// How long the body may be: as its route says, or as the server does.
    private func maximumBodyBytes(_ exchange: Exchange) -> Int {
        exchange.route?.maximumBodyBytes ?? configuration.maximumBodyBytes
    }

    private func bytes(of text: UnsafePointer<CChar>) -> UnsafeBufferPointer<UInt8> {
        let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
        var count = 0
        while start[count] != 0 { count += 1 }
        return UnsafeBufferPointer(start: start, count: count)
    }

    private func findRoute(_ exchange: Exchange, _ storage: [UInt8], pathCount: Int) {
        guard exchange.fault == nil else { return }
        let match = storage.withUnsafeBufferPointer { storage in
            router.match(exchange.method, UnsafeBufferPointer(rebasing: storage[..<pathCount]))
        }
        switch match {
        case .found(let route, let parameters):
            exchange.route = route
            exchange.parameters = parameters
        case .notFound:
            let path = String(decoding: storage[..<pathCount], as: UTF8.self)
            exchange.fault = .notFound(path: path)
        case .methodNotAllowed(let allowed):
            exchange.fault = .methodNotAllowed(allowed: allowed)
        }
    }

    /// A piece of the body has arrived.
    func acceptBody(
        _ exchange: Exchange, _ piece: UnsafeBufferPointer<UInt8>
    ) -> MHD_Result {
        exchange.bodyBytes += piece.count
        if exchange.framing?.accept(piece) == false {
            return endDirectly(exchange, .badRequest(reason: "a chunk line without CRLF"))
        }
        guard exchange.bodyBytes <= maximumBodyBytes(exchange) else {
            return endDirectly(
                exchange, .bodyTooLarge(limitBytes: maximumBodyBytes(exchange)))
        }
        // The body of a request that no handler will get is read away, not kept.
        if exchange.fault == nil { exchange.body.append(contentsOf: piece) }
        return .YES
    }

    /// The request is complete: ask the handler, or answer the fault that was found.
    func dispatch(_ exchange: Exchange, _ connection: OpaquePointer) -> MHD_Result {
        if let framing = exchange.framing, framing.hasTrailers(connection) {
            return refuse(exchange, connection, .badRequest(reason: "trailers are not accepted"))
        }
        if let fault = exchange.fault {
            return answer(exchange, connection, .fault(fault))
        }
        guard let route = exchange.route, let method = exchange.method, let head = exchange.head
        else { preconditionFailure("a request without fault has a route") }
        let pending = PendingAnswer(
            mailbox: mailbox, connectionAddress: UInt(bitPattern: connection))
        exchange.connection.enter(.handling, nowNanoseconds: exchange.startNanoseconds)
        let request = HTTPRequest(
            identifier: exchange.identifier, method: method, head: head,
            remoteAddress: exchange.connection.remoteAddress, body: exchange.body)
        exchange.body = []
        route.handler(
            request,
            PathParameters(
                names: route.parameterNames, ranges: exchange.parameters, storage: head.storage),
            Responder(pending))
        if let outcome = pending.takeOrSuspend() {
            return answer(exchange, connection, outcome)
        }
        // From here on the answer is posted; this thread reads the mailbox only after suspending.
        MHD_suspend_connection(connection)
        exchange.stage = .waiting(pending)
        exchange.connection.pending = pending
        return .YES
    }

    /// The connection was resumed because its answer has come, or because the server stops.
    func answerResumed(
        _ exchange: Exchange, _ connection: OpaquePointer, _ pending: PendingAnswer
    ) -> MHD_Result {
        exchange.connection.pending = nil
        return answer(exchange, connection, pending.take() ?? .fault(.shuttingDown))
    }

    /// The last byte was handed to the kernel, or the connection ended before.
    func complete(_ exchange: Exchange) {
        let now = monotonicNanoseconds()
        exchange.connection.pending = nil
        exchange.connection.enter(.awaiting, nowNanoseconds: now)
        if exchange.status == 0 { exchange.status = exchange.connection.directStatus ?? 0 }
        observer(exchange.record(nowNanoseconds: now))
    }
}
