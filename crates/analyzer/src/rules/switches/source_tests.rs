//! The rules of this area declare the sources that they read.

use std::collections::{BTreeMap, BTreeSet};

use hh_worlds::{World, json};

use super::RULES;
use crate::Options;
use crate::rule::{Source, SourceSet};
use crate::testing::{analysis, analysis_of_files};

fn silent(world: World, switch: &str, time: &str) -> World {
    world.set(&format!("Agent/{switch}"), "/status/lastHeartbeat", format!("2026-10-06T{time}Z"))
}

fn worlds() -> Vec<World> {
    let healthy = World::healthy().small();
    let behind = healthy.clone().set("Agent/leaf-02", "/metadata/generation", 9);
    let edited = behind.clone().edit("Agent/leaf-02", |agent| {
        let vpcs = agent.pointer_mut("/spec/vpcs").unwrap().as_object_mut().unwrap();
        let subnet = vpcs["vpc-01"]["subnets"].as_object_mut().unwrap().values_mut().next().unwrap();
        subnet["subnet"] = json!("10.200.0.0/24");
    });
    // Without the copies of the profiles the objects are read.
    let bare = World::healthy().unset("Agent/leaf-01", "/spec/switchProfile");
    let all_silent = ["leaf-01", "leaf-02"].iter().fold(healthy.clone(), |world, name| silent(world, name, "09:02:00"));
    let all_silent = ["gateway-1", "gateway-2"].iter().fold(all_silent, |world, name| {
        world.set(&format!("GatewayAgent/{name}"), "/status/lastHeartbeat", "2026-10-06T09:02:00Z")
    });
    vec![
        healthy.clone(),
        bare,
        edited,
        silent(healthy.clone(), "leaf-01", "08:59:00"),
        super::heartbeat_stale::tests::off("leaf-01", "08:59:00"),
        ["leaf-01", "leaf-02", "spine-01"].iter().fold(healthy.clone(), |world, name| silent(world, name, "09:02:00")),
        silent(all_silent, "spine-01", "09:02:00"),
        healthy.clone().set("Agent/leaf-02", "/status", json!({})),
        healthy.clone().set("Switch/leaf-01", "/spec/asn", 65109),
        healthy.clone().set("Agent/leaf-01", "/status/version", "v0.120.3"),
        healthy.clone().set("Agent/leaf-01", "/status/rebootRequired", true),
        healthy.clone().set("Agent/leaf-01", "/spec/switch/roce", true),
        healthy.set("Agent/leaf-01", "/status/state/nos/uptime", "09:41:12 up 25 min,  0 users"),
    ]
}

#[test]
fn declared_sources_are_the_sources_read() {
    let mut read: BTreeMap<&str, SourceSet> = BTreeMap::new();
    let options = Options::default();
    let with_logs = worlds().into_iter().map(|world| {
        let mut files = world.files();
        let agent = "time=2026-10-06T08:59:31.1Z level=INFO msg=\"Config loaded from file\" name=leaf-01 gen=6 res=1\n\
                     time=2026-10-06T08:59:41.1Z level=ERROR msg=Failed err=\"failed to run agent: x: Unauthorized\"\n";
        files.insert("agent.log".into(), agent.as_bytes().to_vec());
        files.insert(
            "syslog".into(),
            b"Oct  6 09:38:00.1 leaf-01 ERR swss#orchagent: :- addRoute: x\n".repeat(3).to_vec(),
        );
        analysis_of_files(files, &options)
    });
    let analyses = worlds().into_iter().map(|world| analysis(&world, &options)).chain(with_logs);
    for run in analyses.flat_map(|analysis| analysis.runs.into_iter().flatten()) {
        let sum = read.entry(run.meta.id).or_default();
        *sum = sum.union(run.read);
    }
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for rule in RULES {
        let meta = rule.meta();
        assert!(ids.insert(meta.id), "{} is there twice", meta.id);
        let declared: SourceSet = meta.needs.iter().chain(meta.uses).copied().collect();
        let read = read.get(meta.id).copied().unwrap_or_default();
        let missing: Vec<Source> = read.iter().filter(|source| !declared.contains(*source)).collect();
        let idle: Vec<Source> = declared.iter().filter(|source| !read.contains(*source)).collect();
        if !missing.is_empty() || !idle.is_empty() {
            faults.push(format!("{}: undeclared {missing:?}, never read {idle:?}", meta.id));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
