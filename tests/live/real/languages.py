"""Languages: each with the processes and threads of its own library."""

import os
import subprocess

import support
from real import Case, program, write


@program("python3 with threading, subprocess and multiprocessing (fork and spawn)")
def python3(folder):
    script = write(folder, "script.py", """\
        import multiprocessing, subprocess, threading

        def square(n):
            return n * n

        if __name__ == "__main__":
            squares = [0] * 4
            def work(i):
                squares[i] = square(i)
            threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            print("threads", squares)
            print("subprocess", subprocess.run(["sh", "-c", "exit 3"]).returncode)
            print("preexec", subprocess.run(["true"], preexec_fn=lambda: None).returncode)
            for method in "fork", "spawn":
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(method, pool.map(square, range(8)))
        """)
    return Case(["/usr/bin/python3", script], limit=60)


@program("perl with fork, wait and system", "perl")
def perl(folder):
    return Case(["perl", "-e", """
        for my $n (1..10) { if (!fork) { exit $n } }
        my $sum = 0;
        while ((my $pid = wait) > 0) { $sum += $? >> 8 }
        print "sum $sum\n"; print `echo from a child`; exit(system("sh", "-c", "exit 6") >> 8);"""], status=6)


@program("java with an ExecutorService", "java", "javac")
def java(folder):
    source = write(folder, "Pool.java", """\
        import java.util.*;
        import java.util.concurrent.*;

        public class Pool {
          public static void main(String[] args) throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(4);
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
              int n = i;
              results.add(pool.submit(() -> n * n));
            }
            int sum = 0;
            for (Future<Integer> result : results) sum += result.get();
            pool.shutdown();
            System.out.println("sum " + sum);
            System.exit(5);
          }
        }
        """)
    subprocess.run(["javac", "-d", folder, source], check=True, timeout=support.LIMIT)
    return Case(["java", "-cp", folder, "Pool"], status=5, limit=60)


@program("node with worker_threads", "node")
def node(folder):
    script = write(folder, "workers.js", """\
        const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
        if (isMainThread) {
          let sum = 0, left = 4;
          for (let i = 0; i < 4; i++) {
            const worker = new Worker(__filename, { workerData: i });
            worker.on("message", (n) => { sum += n; });
            worker.on("exit", () => { if (--left == 0) { console.log("sum", sum); process.exitCode = 3; } });
          }
        } else {
          parentPort.postMessage(workerData * 10);
        }
        """)
    return Case(["node", script], status=3, limit=60)


@program("an OpenMP loop (fixtures/openmp)", "fixtures/openmp")
def openmp(folder):
    return Case([support.fixture("openmp")])


@program("a Go program: goroutines, threads of their own and os/exec", "go")
def go(folder):
    source = write(folder, "pool.go", """\
        package main

        import (
        	"fmt"
        	"os"
        	"os/exec"
        	"runtime"
        	"sync"
        )

        func main() {
        	var wait sync.WaitGroup
        	squares := make([]int, 1000)
        	for i := range squares {
        		wait.Add(1)
        		go func(i int) {
        			defer wait.Done()
        			runtime.Gosched()
        			squares[i] = i * i
        		}(i)
        	}
        	answers := make([]string, 8)
        	for i := range answers {
        		wait.Add(1)
        		go func(i int) {
        			defer wait.Done()
        			runtime.LockOSThread() // and ends with it held: the runtime ends the thread
        			out, err := exec.Command("sh", "-c", fmt.Sprintf("echo %d; exit %d", i*2, i)).Output()
        			answers[i] = fmt.Sprintf("%q %v", out, err)
        		}(i)
        	}
        	wait.Wait()
        	sum := 0
        	for _, square := range squares {
        		sum += square
        	}
        	fmt.Println("sum", sum, answers)
        	os.Exit(9)
        }
        """)
    pool = os.path.join(folder, "pool")
    cache = {**os.environ, "GOCACHE": os.path.join(folder, "cache")}
    subprocess.run(["go", "build", "-o", pool, source], check=True, timeout=support.LIMIT, env=cache)
    return Case([pool], status=9)
