//! The hand-out and the wake-ups of the queue, under many orders.

use kooper_interleavings::{Scenario, check};

/// Orders of each kind for a scenario.
const ORDERS: usize = 1_000;

const ONE: Scenario = Scenario { producers: 1, keys: 1, workers: 1, failures: 0, together: false };

#[test]
fn no_change_is_lost_and_no_key_is_run_twice_at_once() {
    check(Scenario { producers: 2, workers: 2, ..ONE }, ORDERS);
    check(Scenario { producers: 2, keys: 3, workers: 2, ..ONE }, ORDERS);
    check(Scenario { keys: 3, workers: 3, ..ONE }, ORDERS);
}

#[test]
fn a_retry_that_is_due_finds_a_worker() {
    check(Scenario { keys: 2, workers: 2, failures: 1, ..ONE }, ORDERS);
    check(Scenario { producers: 2, failures: 2, ..ONE }, ORDERS);
}

#[test]
fn no_worker_sleeps_while_a_key_is_ready() {
    check(Scenario { keys: 2, workers: 2, together: true, ..ONE }, ORDERS * 8);
}
