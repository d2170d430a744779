using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Coterie.Simulator.Kernel;

/// <summary>
/// A whole cluster on one thread, under one seed, faster than real time: a list of ready work from which the next is drawn at random,
/// and a heap of timers. Virtual time moves only when nothing is ready.
/// </summary>
/// <remarks>
/// Invariant: every piece of simulated code runs on the thread that calls <see cref="RunUntil"/>, inside a task of its process's
/// scheduler and under its synchronization context; both are needed to keep all of .NET's awaitables on the loop. Work that arrives
/// from another thread has escaped, and fails the run, as does work that the thread pool completed meanwhile.
/// </remarks>
public sealed class Simulation
{
    private readonly List<SimulatedWork> _ready = [];
    private readonly PriorityQueue<ITimed, (long Due, long Sequence)> _timers = new();
    private readonly SeededRandom _schedule;
    private readonly Func<ulong> _hash;
    private readonly XxHash64 _trace = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly long _poolItemsAtStart;
    private string? _violation;
    private long _sequence;

    public Simulation(ulong seed)
    {
        Seed = seed;
        _hash = () => TraceHash;
        _schedule = RandomStream("schedule");
        _poolItemsAtStart = PoolItems();
        Network = new SimulatedNetwork(this);
    }

    public ulong Seed { get; }

    /// <summary>Virtual time since the start, in ticks of 100 ns.</summary>
    public long NowTicks { get; private set; }

    public TimeSpan Now => new(NowTicks);

    /// <summary>Pieces of work run so far.</summary>
    public long Steps { get; private set; }

    public SimulatedNetwork Network { get; }

    /// <summary>A hash of everything that ran and everything that was delivered, in order. Two runs of one seed must agree.</summary>
    public ulong TraceHash => _trace.GetCurrentHashAsUInt64();

    /// <summary>Marks of the trace, to find where two runs part.</summary>
    public TraceLog Log { get; } = new();

    public SeededRandom RandomStream(string name) => new(Seed, name);

    /// <summary>Runs until the condition holds. False when <paramref name="limit"/> of virtual time has passed first.</summary>
    /// <exception cref="SimulationViolationException">Code escaped, or nothing can ever happen again.</exception>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        CheckThread("RunUntil");
        var end = NowTicks + limit.Ticks;
        while (!condition())
        {
            if (_ready.Count > 0)
            {
                RunOne();
            }
            else if (!AdvanceTime(end))
            {
                return condition();
            }
        }

        return true;
    }

    /// <summary>Runs everything that happens within this span of virtual time.</summary>
    public void RunFor(TimeSpan span)
    {
        var end = NowTicks + span.Ticks;
        RunUntil(() => _ready.Count == 0 && NowTicks >= end, span);
    }

    /// <summary>Runs a process's async method to its end and gives its result; for test code that drives the simulation from outside.</summary>
    /// <exception cref="TimeoutException">It had not ended when the limit of virtual time had passed.</exception>
    public T Run<T>(SimulatedProcess process, Func<Task<T>> work, TimeSpan limit)
    {
        Task<T>? task = null;
        process.Post(() => task = work());
        if (!RunUntil(() => task is { IsCompleted: true }, limit))
        {
            throw new TimeoutException($"Not finished after {limit} of virtual time (seed {Seed}).");
        }

        return task!.GetAwaiter().GetResult();
    }

    public void Run(SimulatedProcess process, Func<Task> work, TimeSpan limit) =>
        Run(
            process,
            async () =>
            {
                await work();
                return true;
            },
            limit);

    /// <summary>
    /// Runs a simulation and throws if work left its thread. The thread pool is that of the whole process, and whatever runs the tests uses it
    /// now and then; but what escapes from a simulation does so every time it runs. So only what a second run finds again is a finding.
    /// </summary>
    /// <param name="run">Makes a simulation and runs it to its end, the same each time.</param>
    /// <exception cref="SimulationViolationException">Work escaped.</exception>
    public static Simulation Watched(Func<Simulation> run)
    {
        var simulation = run();
        simulation.ThrowIfViolated();
        if (simulation.PoolItemsSinceStart == 0)
        {
            return simulation;
        }

        var again = run();
        again.CheckNothingEscaped();
        return again;
    }

    /// <summary>Throws if any work left the simulation's thread since it began.</summary>
    /// <exception cref="SimulationViolationException">It did.</exception>
    public void CheckNothingEscaped()
    {
        ThrowIfViolated();
        var pool = PoolItemsSinceStart;
        if (pool != 0)
        {
            throw new SimulationViolationException($"The thread pool completed {pool} work items during the simulation (seed {Seed}).");
        }
    }

    private long PoolItemsSinceStart => PoolItems() - _poolItemsAtStart;

    internal void Enqueue(in SimulatedWork work)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            // Thrown where it would be swallowed: remembered, and thrown by the loop.
            _violation ??= $"Work was posted to {work.Process.Name} from another thread:\n{Environment.StackTrace}";
            return;
        }

        _ready.Add(work);
    }

    internal void Schedule(ITimed timer, long dueTicks)
    {
        CheckThread("a timer");
        _timers.Enqueue(timer, (Math.Max(dueTicks, NowTicks), _sequence++));
    }

    internal void Fail(string what) => _violation ??= what;

    /// <summary>Adds what was delivered to the trace.</summary>
    internal void Trace(ReadOnlySpan<byte> payload) => _trace.Append(payload);

    internal void Trace(long value) => _trace.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(ref value)));

    private void RunOne()
    {
        ThrowIfViolated();
        var index = _schedule.Next(_ready.Count);
        var work = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (work.Process.IsAlive)
        {
            Steps++;
            Trace(NowTicks);
            Trace(work.Process.Number);
            Log.Step(Steps, NowTicks, work.Process.Name, _hash);
            work.Process.Execute(work.Task);
        }
    }

    private bool AdvanceTime(long end)
    {
        ThrowIfViolated();
        while (_timers.TryPeek(out var timer, out var key))
        {
            if (key.Due > end)
            {
                NowTicks = end;
                return false;
            }

            _timers.Dequeue();
            NowTicks = key.Due;
            if (timer.Fire(key.Due))
            {
                return true;
            }
        }

        NowTicks = end;
        return false;
    }

    private void ThrowIfViolated()
    {
        if (_violation is not null)
        {
            throw new SimulationViolationException($"{_violation}\n(seed {Seed})");
        }
    }

    private void CheckThread(string what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _violation ??= $"{what} was used from another thread:\n{Environment.StackTrace}";
            throw new SimulationViolationException(_violation);
        }
    }

#pragma warning disable RS0030 // The one use that watches the pool instead of using it.
    private static long PoolItems() => ThreadPool.CompletedWorkItemCount;
#pragma warning restore RS0030
}

internal readonly record struct SimulatedWork(SimulatedProcess Process, Task Task);
