import Agency
import HTTPServer
import Ledger
import SQL
import StrictJSON

extension API {
    /// What every server has: its health and its description.
    func addSystemRoutes(to routes: inout RouteTable) {
        routes.open(.get, "/healthz") { request, responder in
            // The writer answers: a server that cannot commit is not healthy.
            try book.writer.submit({ _ in }) { result in
                switch result {
                case .success:
                    var writer = JSONWriter()
                    writer.beginObject()
                    writer.field("status", "ok")
                    writer.field("version", VersionCommand.version)
                    writer.endObject()
                    responder.respond(.json(writer.bytes))
                case .failure(let error): fail(error, request, responder)
                }
            }
        }
        let document = OpenAPIDocument.json
        routes.open(.get, "/openapi.json") { _, responder in
            responder.respond(.json(document))
        }
    }
}
