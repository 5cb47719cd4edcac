import Glibc

/// Where libFuzzer hands its inputs over; `AGENCYPOS_FUZZ_TARGET` names the reader.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosen.target.run(Array(UnsafeBufferPointer(start: start, count: count)), chosen.bench)
    } catch {
        fatalError("\(error)")
    }
    return 0
}

/// libFuzzer calls from one thread only.
nonisolated(unsafe) private let chosen: (target: FuzzTarget, bench: FuzzBench) = {
    let name = getenv("AGENCYPOS_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("AGENCYPOS_FUZZ_TARGET must name a target: \(FuzzTarget.allCases)")
    }
    do {
        return (target, try FuzzBench())
    } catch {
        fatalError("\(error)")
    }
}()
