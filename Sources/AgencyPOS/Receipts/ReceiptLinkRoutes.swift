import Agency
import HTTPServer
import Printing

extension API {
    /// What a receipt's link shows to whoever holds it; nobody signs in for it.
    func addReceiptLinkRoutes(to routes: inout RouteTable) {
        let api = self
        routes.openQuery(.get, "/r/{token}") { request, parameters in
            // A customer is shown the page, whatever else the link carries.
            let chosen = (try? request.query("lang")) ?? nil
            let language = chosen.flatMap(ReceiptLanguage.init(rawValue:)) ?? .chinese
            let pages = ReceiptVerificationDocument(profile: api.book.profile, language: language)
            let form = ReceiptForm.html(.a4)
            let verification = try api.book.receiptLinks.serial(token: parameters["token"])
                .flatMap { serial in
                    try api.book.readers.read {
                        try ReceiptReader($0).verification(serial: serial)
                    }
                }
            guard let verification else {
                return .paper(try form.render(pages.unknown), form, status: 404)
            }
            return .paper(try form.render(pages.document(verification)), form)
        }
    }
}
