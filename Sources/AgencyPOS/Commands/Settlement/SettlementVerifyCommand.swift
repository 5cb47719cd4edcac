import Foundation
import Printing
import Settlement

/// Checks settlement files and acknowledgements as a partner would.
enum SettlementVerifyCommand: Command {
    static let name = "settlement verify"
    static let abstract = "check settlement files: MAC, grammar, counts, totals, net and chain"
    static let discussion = """
        agencypos settlement verify FILE|FOLDER… [--previous FILE]
                                    [--keys FILE | --key HEX | --data FOLDER]

        Of a folder all files *.txt are checked, acknowledgements (APA_…) too. Settlement files of
        one agency and partner in one folder must follow each other: number, digest, date.
        --previous names the file before the first of them. "chain unchecked" means that the
        file before was neither there nor named.

        \(SettlementKeyOptions.discussion)
        """
    static let options =
        SettlementKeyOptions.options + [
            Arguments.Option(
                name: "--previous", value: "FILE", help: "the last file accepted before these")
        ]

    static func run(_ arguments: Arguments) throws {
        guard !arguments.operands.isEmpty else {
            throw CommandError.usage("name the files to check; see --help")
        }
        let verifiers = try SettlementKeyOptions.verifiers(arguments)
        var chains = try chains(arguments)
        let paths = ordered(try paths(arguments.operands))
        var failures = 0
        for path in paths {
            let place = FilePlace(path)
            do {
                switch SettlementFileName.kind(of: place.name) {
                case .settlement:
                    let file = try verifiers.settlement.verify(place.name, in: place.folder)
                    let word = try chains.append(file, in: place.folder)
                    print("OK \(path): \(text(file)), chain \(word.rawValue)")
                case .acknowledgement:
                    let file = try verifiers.acknowledgement.verify(
                        place.name, in: place.folder)
                    print("OK \(path): \(text(file))")
                }
            } catch let error as SettlementError {
                failures += 1
                chains.refuse(place.name, in: place.folder)
                print("BAD \(path): \(error)")
            }
        }
        guard failures == 0 else {
            throw CommandError(
                message: "\(failures) of \(paths.count) files are not valid", code: .failure)
        }
    }

    private static func text(_ file: VerifiedSettlement) -> String {
        "\(file.totals.detailCount) lines, net " + YuanText.plain(file.totals.netFen)
    }

    private static func text(_ file: Acknowledgement) -> String {
        let word = file.verdict.rawValue + (file.fault.isEmpty ? "" : " " + file.fault)
        return "\(word), \(file.items.count) items, of \(file.fileName)"
    }

    private static func chains(_ arguments: Arguments) throws -> SettlementChains {
        guard let path = arguments.text("--previous") else { return SettlementChains() }
        let place = FilePlace(path)
        do throws(SettlementError) {
            return try SettlementChains(after: place.name, in: place.folder)
        } catch {
            throw CommandError.usage("--previous \(path): \(error)")
        }
    }

    /// The files that the operands name, those of a folder in the order of their chains.
    private static func paths(_ operands: [String]) throws -> [String] {
        try operands.flatMap { operand -> [String] in
            guard isFolder(operand) else { return [operand] }
            let names: [String]
            do throws(SettlementError) {
                names = try SettlementFolder.names(in: operand)
            } catch {
                throw CommandError(message: "\(error)", code: .unusable)
            }
            guard !names.isEmpty else {
                throw CommandError.usage("\(operand): no file *.txt is there")
            }
            return names.map { operand + (operand.hasSuffix("/") ? "" : "/") + $0 }
        }
    }

    /// The files of a chain one after another by their numbers, where the first of them was named.
    private static func ordered(_ paths: [String]) -> [String] {
        var placeOfChain: [[String]: Int] = [:]
        let placed = paths.enumerated().map { index, path -> (place: [Int], path: String) in
            let file = FilePlace(path)
            do throws(SettlementError) {
                let name = try SettlementFileName(file.name)
                let chain = [file.folder, name.agencyID.text, name.partnerID.text]
                let place = placeOfChain[chain] ?? index
                placeOfChain[chain] = place
                return ([place, name.sequence, index], path)
            } catch {
                return ([index], path)
            }
        }
        return placed.sorted { $0.place.lexicographicallyPrecedes($1.place) }.map(\.path)
    }

    /// A folder under the name of a file is a file that cannot be read.
    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else { return false }
        do {
            _ = try SettlementFileName(ofAnyKind: FilePlace(path).name)
            return false
        } catch {
            return true
        }
    }
}
