import CMicroHTTPD

/// Answers on their way to the library.
extension EventLoop {
    /// Queues the outcome of a request whose bytes were in order.
    func answer(
        _ exchange: Exchange, _ connection: OpaquePointer, _ outcome: Outcome
    ) -> MHD_Result {
        // Not every line end of a chunked body can be checked, so nothing may follow such a body.
        let isLast = isDraining || exchange.framing != nil
        switch outcome {
        case .response(let response):
            return queue(exchange, connection, response, isLast: isLast)
        case .fault(let fault):
            return queue(exchange, connection, faultResponse(exchange, fault), isLast: isLast)
        case .abandoned:
            exchange.stage = .answered
            // The library closes the connection of a request that it may not go on with.
            return .NO
        }
    }

    /// Answers a request whose end cannot be trusted: the connection ends with the answer.
    func refuse(
        _ exchange: Exchange, _ connection: OpaquePointer, _ fault: HTTPFault
    ) -> MHD_Result {
        exchange.connection.mustLinger = true
        return queue(exchange, connection, faultResponse(exchange, fault), isLast: true)
    }

    /// Ends a connection in the middle of a body, where the library takes no answer.
    func endDirectly(_ exchange: Exchange, _ fault: HTTPFault) -> MHD_Result {
        let response = faultResponse(exchange, fault)
        exchange.stage = .answered
        exchange.status = response.status
        exchange.connection.mustLinger = true
        exchange.connection.sendDirectly(response)
        return .NO
    }

    private func faultResponse(_ exchange: Exchange, _ fault: HTTPFault) -> HTTPResponse {
        var response = errorResponse(fault, exchange.identifier.text)
        switch fault {
        case .methodNotAllowed(let allowed):
            let methods = allowed.map(\.rawValue).joined(separator: ", ")
            response.headers.append((name: "Allow", value: methods))
        case .badRequest, .notFound, .bodyTooLarge, .lengthRequired, .unsupportedTransferCoding,
            .uriTooLong, .headerFieldsTooLarge, .expectationFailed, .versionNotSupported,
            .requestTimeout, .unanswered, .unusableResponse, .shuttingDown:
            break
        }
        return response
    }

    private func queue(
        _ exchange: Exchange, _ connection: OpaquePointer, _ response: HTTPResponse, isLast: Bool
    ) -> MHD_Result {
        exchange.stage = .answered
        let made: LibraryResponse
        do {
            made = try LibraryResponse(response, isLast: isLast)
        } catch {
            let fault = HTTPFault.unusableResponse(reason: error.reason)
            let substitute = errorResponse(fault, exchange.identifier.text)
            do {
                made = try LibraryResponse(substitute, isLast: isLast)
            } catch {
                // Not even the substitute can be sent: the client gets a closed connection.
                return .NO
            }
        }
        exchange.status = Int(made.status)
        exchange.sentBytes = exchange.method == .head ? 0 : made.bodyBytes
        exchange.connection.enter(.sending, nowNanoseconds: monotonicNanoseconds())
        return made.queue(on: connection)
    }
}
