import Cryptography
import Glibc

/// What a folder holds besides released files.
public enum SettlementFolder {
    /// Removes the temporary files that a killed process left; nobody may be writing here.
    ///
    /// - Returns: The names that were removed, in order.
    /// - Throws: ``SettlementError`` from the system.
    public static func removeTemporaries(in path: String) throws(SettlementError) -> [String] {
        let folder = try FileDescriptor.folder(path)
        var removed: [String] = []
        for name in try folder.names(where: TemporaryFiles.isTemporary).sorted() {
            do throws(SettlementError) {
                try folder.remove(name)
                removed.append(name)
            } catch .systemFailure(_, _, EISDIR) {
                // A folder of that name is not ours, and in nobody's way.
            }
        }
        return removed
    }

    /// The names of the files in a folder: those that are no names of ours first, then settlement
    /// files in the order of their chains, then acknowledgements.
    ///
    /// Every name that ends with `.txt` counts, unless it is hidden.
    /// - Throws: ``SettlementError`` from the system.
    public static func names(in path: String) throws(SettlementError) -> [String] {
        let folder = try FileDescriptor.folder(path)
        let names = try folder.names {
            !$0.hasPrefix(".") && $0.hasSuffix(SettlementFileName.suffix)
        }
        return names.map { (order(of: $0), $0) }.sorted { first, second in
            first.0.lexicographicallyPrecedes(second.0)
        }.map { $0.1 }
    }

    private static func order(of name: String) -> [String] {
        do throws(SettlementError) {
            let parts = try SettlementFileName(ofAnyKind: name)
            let place =
                switch parts.kind {
                case .settlement: "1"
                case .acknowledgement: "2"
                }
            // Numbers have as many digits, and so follow each other as texts do.
            let number = String(name.suffix(numberByteCount))
            return [place, parts.agencyID.text, parts.partnerID.text, number, name]
        } catch {
            return ["0", name]
        }
    }

    private static let numberByteCount =
        SettlementFileName.sequenceDigitCount + SettlementFileName.suffix.utf8.count

    /// Puts a file and its sidecar into another folder too, byte for byte, as a release does.
    ///
    /// - Parameters:
    ///   - source: The path of the folder that has both, released.
    ///   - target: The path of the folder that is to have them; what already lies there stays.
    ///   - access: Who may read them there.
    /// - Throws: ``SettlementError/releasedFileDiffers(name:)`` or
    ///   ``SettlementError/releasedSidecarDiffers(name:)`` for other bytes under the name, an
    ///   error of the sidecar, or a failure of the system, after which it may be tried again.
    @discardableResult
    public static func copy(
        _ name: SettlementFileName, from source: String, to target: String,
        access: SettlementAccess
    ) throws(SettlementError) -> SettlementCandidate.Outcome {
        try copy(name, from: source, to: target, access: access, disk: DiskCalls())
    }

    static func copy(
        _ name: SettlementFileName, from source: String, to target: String,
        access: SettlementAccess, disk: DiskCalls
    ) throws(SettlementError) -> SettlementCandidate.Outcome {
        let pair = try HiddenPair(
            copying: name, from: .folder(source), to: .folder(target), access: access, disk: disk)
        do throws(SettlementError) {
            return try pair.release()
        } catch {
            pair.files.remove()
            throw error
        }
    }
}

/// The two hidden names under which a file and its sidecar are written.
///
/// They begin with a point and end with `.part`, so that neither `*.txt` nor `*.hmac` finds them.
struct TemporaryFiles {
    let name: SettlementFileName
    let folder: FileDescriptor
    let file: String
    let sidecar: String

    private static let suffix = ".part"
    private static let tokenDigitCount = 16

    init(name: SettlementFileName, folder: FileDescriptor) {
        self.name = name
        self.folder = folder
        // Differs from what a killed process left, which then is in nobody's way. It need not
        // be secret: O_EXCL refuses a name that somebody has guessed and taken.
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let token =
            String(repeating: "0", count: Self.tokenDigitCount - digits.utf8.count) + digits
        file = ".\(name.text).\(token)\(Self.suffix)"
        sidecar = ".\(name.sidecarText).\(token)\(Self.suffix)"
    }

    /// Whether a name is one that this type gives.
    static func isTemporary(_ text: String) -> Bool {
        guard text.hasPrefix("."), text.hasSuffix(suffix) else { return false }
        let middle = text.dropFirst().dropLast(suffix.count)
        guard let point = middle.lastIndex(of: ".") else { return false }
        let token = middle[middle.index(after: point)...]
        guard token.utf8.count == tokenDigitCount,
            token.utf8.allSatisfy(FieldGrammar.isLowerHexadecimal)
        else { return false }
        var name = String(middle[..<point])
        if name.hasSuffix(SettlementFileName.sidecarSuffix) {
            name.removeLast(SettlementFileName.sidecarSuffix.count)
        }
        do {
            _ = try SettlementFileName(ofAnyKind: name)
            return true
        } catch {
            return false
        }
    }

    /// Removes both, as far as they exist.
    func remove() {
        for name in [file, sidecar] {
            do {
                try folder.remove(name)
            } catch {
                // What stays is hidden from partners, and is removed at the next start.
            }
        }
    }
}
