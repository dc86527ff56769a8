//! Lines of `fabric-dhcpd` about dropped requests, with the DHCPSubnet that they name.

use std::collections::BTreeMap;

use super::super::subnet::{dhcp_name, plain_vrf, served};
use super::super::view::{is_whole, or_default};
use crate::facts::{Age, Context, DHCPSubnet, LogRef, VPC, VPCAttachment};
use crate::finding::{Key, Severity, Subject};
use crate::parse::log::literals::dhcpd;
use crate::parse::log::{Hit, Literal, Stream};

/// Why a request is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    NoSubnet,
    Exhausted,
    Relay,
    Duplicate,
    Static,
    Pxe,
}

impl Fault {
    /// All, with the literal that tells.
    const ALL: [(Self, &'static Literal); 6] = [
        (Self::NoSubnet, &dhcpd::NO_SUBNET),
        (Self::Exhausted, &dhcpd::POOL_EXHAUSTED),
        (Self::Relay, &dhcpd::RELAY_REFUSED),
        (Self::Duplicate, &dhcpd::DUPLICATE_SUBNET),
        (Self::Static, &dhcpd::STATIC_CONFLICT),
        (Self::Pxe, &dhcpd::PXE_MISSING),
    ];

    /// How bad (fabric reference 7).
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Exhausted | Self::Relay | Self::Duplicate => Severity::Error,
            Self::NoSubnet | Self::Static | Self::Pxe => Severity::Warning,
        }
    }
}

/// The deployment that serves DHCP: the subject of lines that name no subnet.
pub(super) fn server() -> Subject {
    Subject::new("Deployment", "fab", "fabric-dhcpd")
}

/// One dropped request.
pub(super) struct Line<'b> {
    pub(super) fault: Fault,
    /// What lines of one finding share: the subnet, or the relaying address.
    pub(super) group: String,
    pub(super) log: LogRef<'b>,
    pub(super) hit: &'b Hit,
    pub(super) age: Option<Age>,
    pub(super) mac: String,
    vrf: String,
    circuit: String,
    pub(super) subject: Subject,
    pub(super) vpc_subnet: Option<(String, String)>,
    pub(super) keys: Vec<Key>,
}

impl Line<'_> {
    /// `VLAN vlan1001 of VPC vpc-01`.
    pub(super) fn whose(&self) -> String {
        match (self.vrf.as_str(), self.circuit.as_str()) {
            ("", circuit) => circuit.to_owned(),
            (vrf, "") => format!("VRF {vrf}"),
            (vrf, circuit) => format!("{circuit} in VRF {vrf}"),
        }
    }
}

/// Which DHCPSubnet stands for a VRF and a circuit.
pub(super) struct Names {
    by_circuit: BTreeMap<(String, String), (String, String)>,
    /// By circuit alone; none where several VRFs have it.
    only: BTreeMap<String, Option<(String, String)>>,
    /// Attachments of `<vpc>/<subnet>`.
    attachments: BTreeMap<String, Vec<Key>>,
}

impl Names {
    pub(super) fn new(cx: &Context<'_>) -> Self {
        let mut by_circuit = BTreeMap::new();
        for vpc in cx.list::<VPC>().iter().filter(|vpc| is_whole(cx, *vpc)) {
            for (name, subnet) in &vpc.spec.subnets {
                let key = (plain_vrf(vpc.name()), format!("vlan{}", subnet.vlan));
                by_circuit.insert(key, (vpc.meta.name.clone(), name.clone()));
            }
        }
        // What the server serves from wins; then what it should serve from.
        for wanted in served(cx) {
            let value = (wanted.vpc.meta.name.clone(), wanted.name.to_owned());
            by_circuit.insert((wanted.vrf(), wanted.circuit()), value);
        }
        for subnet in cx.list::<DHCPSubnet>() {
            let Some((vpc, part)) = subnet.spec.subnet.split_once('/') else { continue };
            let key = (plain_vrf(&subnet.spec.vrf), subnet.spec.circuit_id.to_ascii_lowercase());
            by_circuit.insert(key, (vpc.to_owned(), part.to_owned()));
        }
        let mut only: BTreeMap<String, Option<(String, String)>> = BTreeMap::new();
        for ((_, circuit), value) in &by_circuit {
            only.entry(circuit.clone()).and_modify(|known| *known = None).or_insert_with(|| Some(value.clone()));
        }
        let mut attachments: BTreeMap<String, Vec<Key>> = BTreeMap::new();
        for attachment in cx.list::<VPCAttachment>() {
            let key = Key::Attachment(attachment.meta.name.clone());
            attachments.entry(attachment.spec.subnet.clone()).or_default().push(key);
        }
        Self { by_circuit, only, attachments }
    }

    fn find(&self, vrf: &str, circuit: &str) -> Option<(String, String)> {
        if !vrf.is_empty() {
            return self.by_circuit.get(&(vrf.to_owned(), circuit.to_owned())).cloned();
        }
        // Without a VRF the circuit must be the only one of its name.
        self.only.get(circuit).cloned().flatten().filter(|_| !circuit.is_empty())
    }

    /// Join keys of the attachments of a subnet.
    pub(super) fn attachments(&self, vpc: &str, subnet: &str) -> Vec<Key> {
        self.attachments.get(&format!("{vpc}/{subnet}")).cloned().unwrap_or_default()
    }
}

/// All lines about dropped requests that nothing later ends.
pub(super) fn lines<'b>(cx: &Context<'b>, names: &Names) -> Vec<Line<'b>> {
    let answered = answered(cx);
    let mut found = Vec::new();
    for log in cx.logs(Stream::Dhcpd) {
        for (fault, literal) in Fault::ALL {
            found.extend(log.current(literal).filter_map(|hit| line(cx, names, log, fault, hit)));
        }
    }
    // The log of a restarted container does not end the lines of the one before. An address is no boot file.
    found.retain(|line| {
        let later = answered.get(&line.mac).zip(line.hit.time()).is_some_and(|(answer, time)| *answer > time);
        !later || line.fault == Fault::Pxe
    });
    found
}

/// When each client last got an address, over all logs.
fn answered(cx: &Context<'_>) -> BTreeMap<String, jiff::Timestamp> {
    let mut times: BTreeMap<String, jiff::Timestamp> = BTreeMap::new();
    for log in cx.logs(Stream::Dhcpd) {
        for hit in log.hits(&dhcpd::ALLOCATED) {
            if let (Some(mac), Some(time)) = (hit.field(log.text(), "mac"), hit.time()) {
                let newest = times.entry(mac.trim().to_owned()).or_insert(time);
                *newest = (*newest).max(time);
            }
        }
    }
    times
}

fn line<'b>(cx: &Context<'b>, names: &Names, log: LogRef<'b>, fault: Fault, hit: &'b Hit) -> Option<Line<'b>> {
    let field = |name: &str| hit.field(log.text(), name).map(|value| value.trim().to_owned()).unwrap_or_default();
    let (vrf, circuit) = (plain_vrf(&field("vrf")), field("circuitID").to_ascii_lowercase());
    let named = field("subnet");
    // The management network: anything that is no switch is ignored there.
    if vrf.is_empty() && circuit.is_empty() && named.is_empty() && fault != Fault::Relay {
        return None;
    }
    let vpc_subnet = match named.split_once("--").or_else(|| named.split_once('/')) {
        Some((vpc, subnet)) => Some((vpc.to_owned(), subnet.to_owned())),
        None => names.find(&vrf, &circuit),
    };
    let name = match &vpc_subnet {
        Some((vpc, subnet)) => dhcp_name(vpc, subnet),
        None => named,
    };
    let existing = cx.find::<DHCPSubnet>(&name);
    // The server did not know the subnet then; now it exists.
    if fault == Fault::NoSubnet
        && let Some(made) = existing.and_then(|subnet| subnet.meta.creation_timestamp?.at())
        && hit.time().is_some_and(|time| time < made)
    {
        return None;
    }
    let namespace = existing.map_or("default", |subnet| or_default(&subnet.meta.namespace));
    let mut keys = Vec::new();
    if let Some((vpc, _)) = &vpc_subnet {
        keys.push(Key::Vpc(vpc.clone()));
    }
    let subject = if name.is_empty() {
        server().part(if circuit.is_empty() { field("reason") } else { format!("{vrf} {circuit}").trim().to_owned() })
    } else {
        keys.push(Key::DhcpSubnet(name.clone()));
        Subject::new("DHCPSubnet", namespace, &name)
    };
    let group = match fault {
        Fault::Relay => relay(&field("reason")),
        _ if name.is_empty() => format!("{vrf}/{circuit}"),
        _ => name,
    };
    let age = hit.time().and_then(|time| cx.age_at(time));
    Some(Line { fault, group, log, hit, age, mac: field("mac"), vrf, circuit, subject, vpc_subnet, keys })
}

/// The relaying address of `unknown GIADDR 172.30.0.99`; otherwise the reason.
fn relay(reason: &str) -> String {
    let address = reason.split_whitespace().next_back().filter(|word| word.parse::<std::net::Ipv4Addr>().is_ok());
    match address {
        Some(address) => address.to_owned(),
        None if reason.is_empty() => "an unknown switch".to_owned(),
        None => format!("an unknown switch ({reason})"),
    }
}
