//! VPCs, attachments, peerings with the fabric and DHCP.

use serde_json::{Value, json};

use super::show;
use super::{Fault, Least, Outcome, outcome};
use crate::build::{Release, Rng, Site, ago, klog};

macro_rules! fault {
    ($name:literal, $apply:expr) => {
        Fault { name: $name, since: Release::R25_05, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("a DHCP pool is full", pool_full),
    fault!("a DHCP pool is nearly full", pool_nearly_full),
    fault!("a VPC has no DHCPSubnet", subnet_missing),
    fault!("a DHCPSubnet has an old range", subnet_stale),
    fault!("a DHCPSubnet outlived its VPC", subnet_orphan),
    fault!("two servers hold one address", lease_conflict),
    fault!("DHCP requests come from a VLAN without a subnet", no_subnet),
    fault!("an attachment names a connection that is gone", dangling),
    fault!("a new attachment is not on its leaf", not_on_switch),
    fault!("two VPCs have one VLAN", vlan_twice),
    fault!("a VPC's VLAN is outside its namespace", vlan_outside),
    fault!("a bundle's MTU is too high", mtu),
    fault!("an external peering permits nothing", empty_permit),
];

fn vpc(site: &Site, rng: &mut Rng) -> Option<String> {
    rng.pick(&site.names("VPC")).cloned()
}

fn fill(site: &mut Site, rng: &mut Rng, left: i64) -> Option<String> {
    let vpc = vpc(site, rng)?;
    let name = format!("{vpc}--subnet-01");
    let object = site.at(&format!("DHCPSubnet/{name}"));
    let net = object["spec"]["startIP"].as_str()?.rsplit_once('.')?.0.to_owned();
    let taken: Vec<String> = object["status"]["allocated"]
        .as_object()?
        .values()
        .filter_map(|l| l["ip"].as_str().map(str::to_owned))
        .collect();
    for host in 10..=(250 - left) {
        let ip = format!("{net}.{host}");
        if !taken.contains(&ip) {
            let mac = format!("52:54:00:10:{:02x}:{:02x}", host / 256, host % 256);
            object["status"]["allocated"][mac] =
                json!({"ip": ip, "expiry": ago(-1800), "hostname": format!("vm-{host}")});
        }
    }
    Some(name)
}

fn pool_full(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let name = fill(site, rng, 0)?;
    let (vpc, _) = name.split_once("--")?;
    let pod = site.pod("fabric-dhcpd-");
    let text: String = [300, 180, 60]
        .into_iter()
        .map(|seconds| {
            let line = format!("Error handling type=DISCOVER mac=52:54:00:10:02:01 vrf={vpc} err=\"updating subnet {name} to allocate: allocating ip: no available IP address\"");
            klog(seconds, "ERR", &line)
        })
        .collect();
    show::log(site, &pod, "fabric-dhcpd", &text);
    outcome(&["DHCP-601"], ("DHCPSubnet", &[&name]), Least::Error, &["DHCP-*"], &["dhcp"])
}

fn pool_nearly_full(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let name = fill(site, rng, 12)?;
    outcome(&["DHCP-601"], ("DHCPSubnet", &[&name]), Least::Warning, &["DHCP-*"], &["dhcp"])
}

fn delete(site: &mut Site, path: &str) {
    site.world.objects.retain(|object| !crate::is(object, path));
}

fn subnet_missing(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let vpc = vpc(site, rng)?;
    delete(site, &format!("DHCPSubnet/{vpc}--subnet-01"));
    let name = format!("{vpc}--subnet-01");
    outcome(&["DHCP-602"], ("*", &[&name, &vpc]), Least::Error, &["DHCP-605"], &["dhcp", &vpc])
}

fn subnet_stale(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let vpc = vpc(site, rng)?;
    let name = format!("{vpc}--subnet-01");
    let spec = &mut site.at(&format!("DHCPSubnet/{name}"))["spec"];
    let end = spec["endIP"].as_str()?.replace(".250", ".99");
    spec["endIP"] = end.into();
    outcome(&["DHCP-603"], ("DHCPSubnet", &[&name]), Least::Error, &["DHCP-605", "DHCP-601"], &["dhcp", &vpc])
}

fn subnet_orphan(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    let mut object = site.world.object("DHCPSubnet/vpc-03--subnet-01").clone();
    let name = "vpc-09--subnet-01";
    object["metadata"]["name"] = name.into();
    object["metadata"]["uid"] = "9d3a1c52-8a52-4c0e-9d0b-0d3b7b1f8d19".into();
    object["metadata"]["labels"]["fabric.githedgehog.com/vpc"] = "vpc-09".into();
    let spec = &mut object["spec"];
    for (key, value) in [
        ("cidrBlock", "10.20.9.0/24"),
        ("gateway", "10.20.9.1"),
        ("startIP", "10.20.9.10"),
        ("endIP", "10.20.9.250"),
        ("subnet", "vpc-09/subnet-01"),
        ("vrf", "vpc-09"),
        ("circuitID", "vlan1009"),
    ] {
        spec[key] = value.into();
    }
    object["status"] = json!({});
    site.world.objects.push(object);
    outcome(&["DHCP-604"], ("DHCPSubnet", &[name]), Least::Warning, &[], &["dhcp"])
}

fn lease_conflict(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let vpc = vpc(site, rng)?;
    let name = format!("{vpc}--subnet-01");
    let allocated = &mut site.at(&format!("DHCPSubnet/{name}"))["status"]["allocated"];
    let ip = allocated.as_object()?.values().next()?["ip"].clone();
    allocated["52:54:00:aa:00:01"] = json!({"ip": ip, "expiry": Value::Null, "hostname": "printer"});
    outcome(&["DHCP-606"], ("DHCPSubnet", &[&name]), Least::Warning, &["DHCP-605"], &["dhcp"])
}

fn no_subnet(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let vpc = vpc(site, rng)?;
    let name = format!("{vpc}--subnet-01");
    let pod = site.pod("fabric-dhcpd-");
    let text: String = [400, 280, 160, 40]
        .into_iter()
        .map(|seconds| {
            klog(
                seconds,
                "ERR",
                &format!("No subnet found type=DISCOVER mac=52:54:00:77:00:01 vrf={vpc} circuitID=vlan1777"),
            )
        })
        .collect();
    show::log(site, &pod, "fabric-dhcpd", &text);
    outcome(&["DHCP-607"], ("*", &[&name, &vpc, "vlan1777", "fabric-dhcpd"]), Least::Warning, &["DHCP-605"], &["dhcp"])
}

fn dangling(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let servers: Vec<_> = site.places.servers.iter().filter(|server| server.form == "unbundled").cloned().collect();
    let server = rng.pick(&servers)?.clone();
    let gone = format!("{}-old", server.connection);
    site.at(&format!("VPCAttachment/{}", server.attachment))["spec"]["connection"] = gone.into();
    outcome(
        &["VPC-501"],
        ("VPCAttachment", &[&server.attachment]),
        Least::Error,
        &["FAB-016", "VPC-502", "DHCP-605"],
        &[&server.server, &server.ports.first()?.0],
    )
}

fn not_on_switch(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let servers: Vec<_> = site.places.servers.iter().filter(|server| server.form == "unbundled").cloned().collect();
    let server = rng.pick(&servers)?.clone();
    let leaf = server.ports.first()?.0.clone();
    site.at(&format!("VPCAttachment/{}", server.attachment))["metadata"]["creationTimestamp"] = ago(1500);
    if let Some(copies) = site.at(&format!("Agent/{leaf}"))["spec"]["vpcAttachments"].as_object_mut() {
        copies.remove(&server.attachment);
    }
    outcome(
        &["VPC-502", "FAB-016"],
        ("*", &[&server.attachment, &leaf]),
        Least::Warning,
        &["DHCP-605", "VPC-502"],
        &[&leaf, &server.server],
    )
}

fn vlan_twice(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    site.at("VPC/vpc-04")["spec"]["subnets"]["subnet-01"]["vlan"] = 1003.into();
    site.at("DHCPSubnet/vpc-04--subnet-01")["spec"]["circuitID"] = "vlan1003".into();
    for agent in site.names("Agent") {
        let copy = &mut site.at(&format!("Agent/{agent}"))["spec"]["vpcs"];
        if copy["vpc-04"].is_object() {
            copy["vpc-04"]["subnets"]["subnet-01"]["vlan"] = 1003.into();
        } else if copy.is_null()
            && let Some(map) = site.at(&format!("Agent/{agent}"))["spec"].as_object_mut()
        {
            map.remove("vpcs");
        }
        if let Some(copies) = site.at(&format!("Agent/{agent}"))["spec"]["vpcs"].as_object_mut() {
            copies.retain(|_, vpc| !vpc.is_null());
        }
    }
    outcome(
        &["VPC-504"],
        ("VPC", &["vpc-03", "vpc-04"]),
        Least::Error,
        &["DHCP-*", "FAB-016"],
        &["dhcp", "vpc-04", "vpc-03"],
    )
}

fn vlan_outside(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    site.at("VLANNamespace/default")["spec"]["ranges"] = json!([{"from": 1000, "to": 1003}]);
    for agent in site.names("Agent") {
        site.at(&format!("Agent/{agent}"))["spec"]["vlanNamespaces"]["default"]["ranges"] =
            json!([{"from": 1000, "to": 1003}]);
    }
    outcome(&["VPC-505"], ("VPC", &["vpc-04"]), Least::Error, &[], &["vpc-04"])
}

fn mtu(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let servers: Vec<_> = site.places.servers.iter().filter(|server| server.form == "bundled").cloned().collect();
    let server = rng.pick(&servers)?.clone();
    site.at(&format!("Connection/{}", server.connection))["spec"]["bundled"]["mtu"] = 9216.into();
    let leaf = server.ports.first()?.0.clone();
    site.at(&format!("Agent/{leaf}"))["spec"]["connections"][&server.connection]["bundled"]["mtu"] = 9216.into();
    outcome(&["VPC-507"], ("Connection", &[&server.connection]), Least::Error, &[], &[&leaf, &server.server])
}

fn empty_permit(site: &mut Site, _: &mut Rng) -> Option<Outcome> {
    site.at("ExternalPeering/vpc-01--external-01")["spec"]["permit"]["external"]["prefixes"] = json!([]);
    site.at("Agent/leaf-02")["spec"]["externalPeerings"]["vpc-01--external-01"]["permit"]["external"]["prefixes"] =
        json!([]);
    outcome(&["VPC-510"], ("ExternalPeering", &["vpc-01--external-01"]), Least::Warning, &[], &["leaf-02", "external"])
}
