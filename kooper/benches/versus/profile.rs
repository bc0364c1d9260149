//! Where the time of `pods` goes: the same bytes read by ever more of what Kooper does, each in a process of its own, and
//! the least that any program needs that decodes them.

use crate::{
    Result,
    arguments::Arguments,
    figures::{Cost, cpu_time, peak_memory},
    handler::Kind,
    kooper_side,
    measure::Server,
    pods::Pods,
    prepared::Prepared,
    process::Process,
    report::{MEGABYTES, SECONDS, median},
    tally::Tally,
};
use http_body_util::BodyExt;
use k8s_openapi::api::core::v1::Pod;
use kube::{Client, Config, client::Body};
use std::{
    hint::black_box,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

mod tls;

/// Objects in a page, as both sides ask for them.
const PAGE: usize = 500;

/// Threads of the floor, as many as the runtime of a side has.
const THREADS: usize = 2;

/// The stages, each with all of those before it, and what it stands for.
const STAGES: [(&str, &str); 4] = [
    ("socket", "the bytes, read from a plain socket"),
    ("http", "+ HTTP: kube's client, its chunks dropped"),
    ("unread", "+ framing, metadata, store, queue, hand-out"),
    ("pods", "+ decoding: the handler is given a Pod"),
];

/// Work on bytes that are at hand: what TLS adds where there is some, and decoding alone.
const FLOORS: [(&str, &str); 3] = [
    ("tls", "TLS: decrypting the same bytes, by rustls"),
    ("floor", "decoding on 2 threads, by serde_json"),
    ("kept", "the same without managedFields"),
];

/// Prints the table.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let pods = Pods::new(arguments.pods.unwrap_or(if arguments.bench { 20_000 } else { 200 }));
    let runs = arguments.runs.unwrap_or(if arguments.bench { 7 } else { 1 });
    let server = Server::start(&pods)?;
    let names = STAGES.iter().chain(&FLOORS).map(|(name, _)| *name);
    let mut costs = vec![Vec::new(); STAGES.len() + FLOORS.len()];
    for _ in 0..runs {
        for (costs, name) in costs.iter_mut().zip(names.clone()) {
            let count = pods.count().to_string();
            let process = Process::start(["stage", name, "--server", &server.url, "--pods", &count])?;
            costs.push(process.next::<Cost>()?);
        }
    }
    println!("{pods}; medians of {runs} runs\n");
    println!("{:46}{:>9}{:>10}{:>14}{:>12}", "", "time", "CPU time", "more than ^", "memory");
    let mut before = 0.0;
    for (place, ((_, what), costs)) in STAGES.iter().chain(&FLOORS).zip(&costs).enumerate() {
        let of = |figure: fn(&Cost) -> f64| median(costs.iter().map(figure).collect());
        let (time, cpu) = (of(|cost| cost.time.as_secs_f64()), of(|cost| cost.cpu.as_secs_f64()));
        let more = if place < STAGES.len() { SECONDS.show(cpu - before) } else { String::new() };
        before = cpu;
        let peak = MEGABYTES.show(of(|cost| cost.peak.into()));
        if place == STAGES.len() {
            println!("of bytes in memory:");
        }
        println!("{what:46}{:>9}{:>10}{more:>14}{peak:>12}", SECONDS.show(time), SECONDS.show(cpu));
    }
    Ok(())
}

/// One of the stages, in a process of its own: prints its [`Cost`].
pub(crate) fn stage(name: &str, arguments: &Arguments) -> Result {
    let count = arguments.pods.unwrap_or(1);
    let url = arguments.server.as_deref().unwrap_or_default();
    let start = Instant::now();
    let before = cpu_time()?;
    // It lives on until the cost is told: the CPU time of threads that have ended would not be.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    match name {
        "socket" => socket(url, count)?,
        "http" => runtime.block_on(http(url))?,
        "unread" | "pods" => runtime.block_on(control(url, count, name == "pods"))?,
        "tls" => return tls::decrypt(count),
        "floor" | "kept" => return floor(count, name == "kept"),
        _ => return Err(format!("there is no stage `{name}`").into()),
    }
    tell(start, before)
}

fn tell(start: Instant, before: Duration) -> Result {
    let (time, cpu) = (start.elapsed(), cpu_time()?.saturating_sub(before));
    println!("{}", Cost { time, cpu, peak: peak_memory()?, runs: 0, proof: 0 });
    // Whatever else runs is of no interest, and a runtime would be wound down at length.
    std::process::exit(0)
}

/// Reads the pages from a socket, and no more of HTTP than their length.
fn socket(url: &str, count: usize) -> Result {
    let address = url.strip_prefix("http://").ok_or("a stage needs `--server`")?;
    let mut connection = BufReader::with_capacity(64 << 10, TcpStream::connect(address)?);
    for first in (0..count).step_by(PAGE) {
        let request = format!("GET /api/v1/pods?limit={PAGE}&continue={first} HTTP/1.1\r\n\r\n");
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            connection.read_line(&mut line)?;
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse()?;
            }
        }
        let read = io::copy(&mut connection.by_ref().take(length), &mut io::sink())?;
        if read != length {
            return Err("the stub server has broken off".into());
        }
    }
    Ok(())
}

/// Reads the pages by kube's client, and drops what it reads.
async fn http(url: &str) -> Result {
    let client = Client::try_from(Config::new(url.parse()?))?;
    let mut next = Some(0);
    while let Some(first) = next.take() {
        let target = format!("/api/v1/pods?limit={PAGE}&continue={first}");
        let mut body = client.send(http::Request::get(target).body(Body::empty())?).await?.into_body();
        let mut is_first = true;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            // Where the next page begins stands at the beginning of each.
            if std::mem::take(&mut is_first) {
                let head = String::from_utf8_lossy(&data[..data.len().min(200)]).into_owned();
                next = head.split_once("\"continue\":\"").and_then(|(_, rest)| {
                    let (first, _) = rest.split_once('"')?;
                    first.parse::<usize>().ok()
                });
            }
        }
    }
    Ok(())
}

/// Runs a controller until every pod was handled once: as pods, or without a look at them.
async fn control(url: &str, count: usize, read: bool) -> Result {
    let client = Client::try_from(Config::new(url.parse()?))?;
    if read {
        let tally = Arc::new(Tally::new(count, 0, Vec::new()));
        tokio::spawn(kooper_side::run(Kind::Pod, client, Arc::clone(&tally)));
        tally.all_pods().await;
    } else {
        kooper_side::run_unread(client, count).await;
    }
    Ok(())
}

/// Decodes all pods on some threads, each dropped at once.
fn floor(count: usize, kept: bool) -> Result {
    let prepared = Prepared::new(Pods::new(count));
    let items: Vec<Vec<u8>> = (0..count).map(|index| prepared.item(index, kept)).collect();
    let shared = Arc::new((items, AtomicUsize::new(0)));
    let (start, before) = (Instant::now(), cpu_time()?);
    let (done, all_done) = mpsc::channel();
    for _ in 0..THREADS {
        let (shared, done) = (Arc::clone(&shared), done.clone());
        thread::spawn(move || {
            let (items, next) = &*shared;
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                black_box(serde_json::from_slice::<Pod>(item).expect("a pod"));
            }
            let _ = done.send(());
            // As above: it lives on.
            thread::park();
        });
    }
    for _ in 0..THREADS {
        all_done.recv()?;
    }
    tell(start, before)
}
