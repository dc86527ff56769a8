//! Failures of the switch agent (fabric reference 3.3, 3.4 and 7). Matched without regard to case.

use super::super::literal::{End, Join, Stream, literals};
use super::switch_agent::{BY_API, BY_APPLIED, PROCESSING, READY, STATE_UPDATED, STREAMS};

/// Nodes report a wrong authority too.
const CERTIFICATE: &[Stream] = &[Stream::SwitchAgent, Stream::Journal];

const BY_GNMI: &[End] = &[End { by: &PROCESSING, join: Join::Any }, End { by: &STATE_UPDATED, join: Join::Any }];

const BY_READY: &[End] = &[End { by: &READY, join: Join::Any }];

literals! {
    STREAMS;
    /// The agent process exits: field `err` holds stage and chain (3.4), `generation` what it worked on.
    FAILED = ("agent-failed", Error, "Failed err=\"failed to run agent: ", "Failed err=\"failed to run agent\"")
        .keys(&["err"])
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// A defect.
    PANIC = ("agent-panic", Critical, "Panic err=", "msg=Panic")
        .keys(&["err"])
        .any_of(&["stack="])
        .ended_by(BY_APPLIED);
    /// Management interface or address is wrong.
    CONTROL_LINK = ("agent-control-link", Error, "failed to ensure control link", "control VIP {vip} is not in switch IP subnet", "getting link eth0")
        .any_case()
        .ended_by(BY_API);
    /// SONiC's telemetry is not up yet.
    GNMI_WAIT = ("agent-gnmi-wait", Warning, "Failed to create gNMI client")
        .any_case()
        .none_of(&["after retries"])
        .ended_by(BY_GNMI);
    /// It did not come up.
    GNMI_GAVE_UP = ("agent-gnmi-gave-up", Error, "failed to create gNMI client after retries")
        .any_case()
        .ended_by(BY_GNMI);
    /// The same, from inside the client.
    GNMI_CONNECT = ("agent-gnmi-connect", Warning, "cannot connect to {address}", "cannot get capabilities for {address}")
        .any_case()
        .ended_by(BY_GNMI);
    /// SONiC services are not up: field `notReady` lists them.
    NOT_READY = ("agent-system-not-ready", Warning, "System is not ready")
        .keys(&["summary", "notReady"])
        .any_case()
        .none_of(&["is not ready after"])
        .ended_by(BY_READY);
    /// They did not come up.
    NOT_READY_TIMEOUT = ("agent-system-not-ready-timeout", Error, "system is not ready after {time}")
        .any_case()
        .ended_by(BY_READY);
    /// The Agent's spec is incomplete: a fault on the controller side.
    PLAN_FAILED = ("agent-plan-failed", Error, "failed to plan spec")
        .keys(&["err"])
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// The state of the NOS cannot be read.
    LOAD_FAILED = ("agent-load-failed", Error, "failed to load actual state")
        .keys(&["err"])
        .any_case()
        .ended_by(BY_APPLIED);
    /// SONiC refused a change: fields `code`, `error`; the last action before it names the object.
    GNMI_SET_FAILED = ("agent-gnmi-set-failed", Error, "gnmi set request failed: rpc error: code = {code} desc = {error}")
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// SONiC's management framework is down or overloaded.
    GNMI_DOWN = ("agent-gnmi-down", Error, "code = Unavailable", "connection refused", "DeadlineExceeded", "context deadline exceeded")
        .any_case()
        .any_of(&["gnmi", ":8080", "code = "])
        .none_of(&[":6443"])
        .ended_by(BY_GNMI);
    /// The control plane cannot be reached from the switch.
    API_UNREACHABLE = ("agent-api-unreachable", Error, "dial tcp {address}:6443: {error}", "failed to get initial agent config from k8s", "failed to create K8s client")
        .keys(&["err"])
        .any_case()
        .ended_by(BY_API);
    /// The clock of the switch is wrong, or the authority expired.
    CERTIFICATE_TIME = ("agent-certificate-time", Error, "x509: certificate has expired or is not yet valid")
        .keys(&["err"])
        .any_case()
        .ended_by(BY_API);
    /// The token was made anew.
    UNAUTHORIZED = ("agent-unauthorized", Error, "Unauthorized", "is forbidden")
        .keys(&["err"])
        .ended_by(BY_API);
    /// The API did not answer at that moment.
    HEARTBEAT_FAILED = ("agent-heartbeat-failed", Warning, "failed to update agent heartbeat")
        .keys(&["err"])
        .any_case()
        .ended_by(BY_API);
    /// The state could not be read; the agent restarts.
    STATE_FAILED = ("agent-state-failed", Error, "failed to update switch state")
        .keys(&["err"])
        .any_case()
        .ended_by(&[End { by: &STATE_UPDATED, join: Join::Any }]);
}

/// Certificates of an unknown authority, on switches and nodes.
pub mod certificate {
    use super::super::super::literal::literals;
    use super::super::switch_agent::BY_API;
    use super::CERTIFICATE;

    literals! {
        CERTIFICATE;
        /// The control node was installed anew, or the authority was made anew by a retry (KI-CA).
        UNKNOWN_AUTHORITY = ("certificate-unknown-authority", Error, "x509: certificate signed by unknown authority")
            .keys(&["err"])
            .any_case()
            .ended_by(BY_API);
    }

    /// The list, for the parent.
    pub(in super::super) static LIST: &[&super::super::super::Literal] = ALL;
}
