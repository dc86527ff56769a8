//! Fans, power, temperature, tables and ports of switches.

use serde_json::json;

use super::{Fault, Least, Outcome, outcome};
use crate::build::{Release, Rng, Site};

macro_rules! fault {
    ($name:literal, $apply:expr) => {
        Fault { name: $name, since: Release::R25_05, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("a fan failed", fan_failed),
    fault!("a fan tray was pulled out", fan_missing),
    fault!("a power supply has no input", psu_no_input),
    fault!("a power supply was pulled out", psu_missing),
    fault!("a switch is too hot", hot),
    fault!("a switch is about to shut down for heat", critical_heat),
    fault!("the route table of a leaf is nearly full", table_full),
    fault!("a breakout does not complete", breakout),
    fault!("a switch waits for a reboot", reboot_required),
    fault!("a transceiver is too hot", module_hot),
];

fn switch(site: &Site, rng: &mut Rng) -> Option<String> {
    let all: Vec<String> = site.places.spines.iter().chain(&site.places.leaves).cloned().collect();
    rng.pick(&all).cloned()
}

fn on(
    switch: &str,
    references: &'static [&'static str],
    least: Least,
    explains: &'static [&'static str],
) -> Option<Outcome> {
    outcome(references, ("Agent", &[switch]), least, explains, &[switch])
}

fn fan_failed(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let tray = 1 + rng.below(4);
    site.state(&switch)["platform"]["fans"][format!("FanTray {tray} Fan 1")] =
        json!({"dir": "EXHAUST", "presence": true});
    on(&switch, &["SW-101"], Least::Error, &["SW-105"])
}

fn fan_missing(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let tray = 1 + rng.below(4);
    for fan in 1..=2 {
        site.state(&switch)["platform"]["fans"][format!("FanTray {tray} Fan {fan}")] = json!({});
    }
    on(&switch, &["SW-102"], Least::Warning, &["SW-105"])
}

fn psu_no_input(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let slot = 1 + rng.below(2);
    site.state(&switch)["platform"]["psus"][format!("PSU {slot}")] = json!({"presence": true});
    on(&switch, &["SW-103"], Least::Error, &["SW-104"])
}

fn psu_missing(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let slot = 1 + rng.below(2);
    site.state(&switch)["platform"]["psus"][format!("PSU {slot}")] = json!({});
    on(&switch, &["SW-104"], Least::Warning, &[])
}

fn hot(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let sensor = &mut site.state(&switch)["platform"]["temps"]["ASIC On-board"];
    sensor["temp"] = 88.into();
    on(&switch, &["SW-105"], Least::Warning, &[])
}

fn critical_heat(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    let sensor = &mut site.state(&switch)["platform"]["temps"]["CPU On-board"];
    sensor["temp"] = 104.into();
    sensor["alarms"] = "Critical high".into();
    on(&switch, &["SW-105"], Least::Critical, &[])
}

fn table_full(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng.pick(&site.places.leaves)?.clone();
    let stats = &mut site.state(&leaf)["criticalResources"]["stats"];
    stats["ipv4RoutesUsed"] = 161_400.into();
    stats["ipv4RoutesAvailable"] = 1512.into();
    on(&leaf, &["SW-106"], Least::Error, &["FAB-004", "FAB-005"])
}

fn breakout(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = rng.pick(&site.places.leaves)?.clone();
    site.state(&leaf)["breakouts"]["E1/56"] = json!({"mode": "4x25G", "status": "InProgress"});
    on(&leaf, &["SW-111"], Least::Error, &["LINK-*"])
}

fn reboot_required(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let switch = switch(site, rng)?;
    site.at(&format!("Agent/{switch}"))["status"]["rebootRequired"] = true.into();
    on(&switch, &["FAB-009"], Least::Warning, &[])
}

fn module_hot(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = rng.pick(&site.places.uplinks)?.clone();
    let base = link.leaf_port.trim_end_matches("/1").to_owned();
    site.state(&link.leaf)["transceivers"][base]["temp"] = 81.5.into();
    outcome(&["LINK-216"], ("Connection", &[&link.connection]), Least::Warning, &[], &[&link.leaf, &link.spine])
}
