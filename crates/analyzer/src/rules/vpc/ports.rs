//! Whether the ports of a Connection carry traffic, as their switches see it.

use super::view::Wiring;
use crate::facts::{Agent, Context, FabricLink, Object, PortState};
use crate::finding::Key;

/// The ports of a Connection that are down, if all are.
pub(super) enum Ports<'b> {
    /// One is up at least.
    Up,
    /// All are down.
    Down(Vec<(FabricLink<'b>, PortState<'b>)>),
    /// The capture does not tell: an agent that is not fresh, or a port that is not reported.
    Unknown,
}

/// Looks at all ports of a Connection.
pub(super) fn of<'b>(cx: &Context<'b>, wiring: &Wiring<'b>, connection: &str) -> Ports<'b> {
    let mut down = Vec::new();
    let mut unknown = false;
    for link in wiring.links(connection) {
        for end in link.switch_ends() {
            let agent: Option<&Object<Agent>> = cx.find::<Agent>(end.device);
            let fresh = agent.is_some_and(|agent| cx.reports_state(agent) && cx.is_fresh(agent) == Some(true));
            match cx.switch_port(end.device, end.port).filter(|port| fresh && !port.interface.oper.is_empty()) {
                Some(port) if port.is_up() => return Ports::Up,
                Some(port) => down.push((*link, port)),
                None => unknown = true,
            }
        }
    }
    if unknown || down.is_empty() { Ports::Unknown } else { Ports::Down(down) }
}

/// Join keys of the ports: whatever stands on one of them explains that it is down.
pub(super) fn keys(down: &[(FabricLink<'_>, PortState<'_>)]) -> Vec<Key> {
    let ends = down.iter().flat_map(|(link, _)| link.switch_ends());
    ends.map(|end| Key::Port(end.device.into(), end.port.into())).collect()
}
