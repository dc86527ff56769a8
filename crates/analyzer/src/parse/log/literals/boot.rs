//! `fabric-boot` and the NOS installer (fabric reference 7).

use super::super::literal::{Stream, literals};

const STREAMS: &[Stream] = &[Stream::Boot];

literals! {
    STREAMS;
    /// A switch asks for its NOS whose serial and MAC are in no Switch: fields `serial`, `mac`.
    NOS_NOT_FOUND = ("boot-nos-not-found", Warning, "NOS not found")
        .keys(&["error", "serial", "mac"]);
    /// ONIE does not send who it is.
    NO_IDENTITY = ("boot-no-identity", Warning, "Both serial and mac are empty");
    /// The NOS image is not in the registry.
    STREAM_FAILED = ("boot-stream-failed", Error, "Failed to stream nos-install")
        .keys(&["error", "err", "serial", "mac"])
        .any_of(&["invalid NOS type", "NOS repo not found", "NOS version not found", "downloading files"]);
    /// The registry could not be reached at start.
    PRECACHE_FAILED = ("boot-precache-failed", Warning, "Failed to pre-cache")
        .keys(&["error", "err"]);
    /// A log line that the installer on a switch sent: fields `text`, `serial`, `level`.
    FORWARDED = ("boot-forwarded", Info, "Log: {text} serial=", "Log: {text}")
        .keys(&["serial", "level"]);
}

/// The installer itself, on a console or forwarded.
pub mod installer {
    use super::{Stream, literals};

    const STREAMS: &[Stream] = &[Stream::NosInstaller, Stream::Boot];

    literals! {
        STREAMS;
        /// The installation of the NOS failed.
        INSTALL_FAILED = ("nos-install-failed", Error, "Not allowed ONIE boot reason, aborting", "NOS installer execution failed", "Error during installation", "ONIE boot partition not mounted")
            .keys(&["serial"]);
    }

    /// The list, for the parent.
    pub(in super::super) static LIST: &[&super::super::super::Literal] = ALL;
}
