//! Known issues of the switch side (fabric reference 5). Matched without regard to case.

use super::super::literal::{End, Join, literals};
use super::switch_agent::{BY_APPLIED, PROCESSING, STREAMS};

literals! {
    STREAMS;
    /// KI-VNI: SONiC still holds the VNI of a deleted VPC. Field `vrf`.
    VNI_IN_USE = ("ki-vni", Error, "VNI is already used in VRF {vrf}")
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// KI-PC: a port is configured while it is member of a PortChannel.
    PORT_CHANNEL_MEMBER = ("ki-pc", Error, "Configuration not allowed when port is member of Portchannel", "Speed configuration is not allowed as {port} is a member of {portchannel}")
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// KI-PC: newer agents repair it by themselves.
    PORT_CHANNEL_RETRY = ("ki-pc-retry", Info, "Can't modify member of the PortChannel, removing to retry", "Failed to remove member from PortChannel, retrying")
        .any_case();
    /// KI-CMIS: the patch needs a power cycle.
    POWER_CYCLE = ("ki-cmis", Warning, "Successfully patched Celestica DS5000 switch pddf-device.json, power cycle is required")
        .any_case();
    /// KI-GRPC: too many routes or neighbours for one gNMI message.
    MESSAGE_TOO_LARGE = ("ki-grpc", Error, "code = ResourceExhausted desc = grpc: received message larger than max")
        .any_case()
        .ended_by(BY_APPLIED);
    /// KI-NOTFOUND: delete of an object that is gone.
    RESOURCE_NOT_FOUND = ("ki-notfound", Error, "gnmi set request failed: rpc error: code = NotFound desc = Resource not found")
        .any_case()
        .inherited("generation")
        .ended_by(BY_APPLIED);
    /// KI-BRK: repeated for minutes it does not end.
    BREAKOUT_PENDING = ("ki-brk", Warning, "Port breakout is in progress, retrying in 2 seconds")
        .any_case()
        .ended_by(BY_APPLIED);
    /// KI-GNMIUSER: gNMI is not reachable on the switch itself.
    GNMI_USER = ("ki-gnmiuser", Error, "cannot create new agent user")
        .any_case()
        .ended_by(&[End { by: &PROCESSING, join: Join::Any }]);
    /// KI-INF: the agent dies on an optics value; the switch forwards on.
    INFINITE_VALUE = ("ki-inf", Error, "unsupported value: -Inf")
        .any_case()
        .any_of(&["failed to run agent", "failed to reset agent observability status"])
        .ended_by(BY_APPLIED);
}
