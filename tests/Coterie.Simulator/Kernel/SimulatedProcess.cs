using System.Net;

namespace Coterie.Simulator.Kernel;

/// <summary>
/// One incarnation of a node, from start to crash. Its code runs under its context and scheduler; when it is killed, work that is queued
/// or still to come is dropped and its objects are never resumed. A restart is a new process.
/// </summary>
public sealed class SimulatedProcess
{
    private readonly Simulation _simulation;
    private readonly ProcessTaskScheduler _scheduler;
    private readonly ProcessSynchronizationContext _context;
    private readonly List<Task> _held = [];

    internal SimulatedProcess(Simulation simulation, string name, int number, IPAddress address, SimulatedClock clock)
    {
        _simulation = simulation;
        Name = name;
        Number = number;
        Address = address;
        _scheduler = new ProcessTaskScheduler(this);
        _context = new ProcessSynchronizationContext(this);
        Time = new SimulatedTimeProvider(simulation, this, clock);
        Network = new ProcessNetwork(simulation.Network, this);
    }

    public string Name { get; }

    public IPAddress Address { get; }

    public SimulatedTimeProvider Time { get; }

    public ProcessNetwork Network { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Paused like a process under SIGSTOP: its work and timers wait, its connections stay open.</summary>
    public bool IsPaused { get; private set; }

    internal int Number { get; }

    /// <summary>Queues work as if it came from inside the process.</summary>
    public void Post(Action work) => new Task(() => Guard(work)).Start(_scheduler);

    /// <summary>Ends it at once. Its connections break as the network's fault plan says.</summary>
    public void Kill()
    {
        IsAlive = false;
        _held.Clear();
    }

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        foreach (var task in _held)
        {
            _simulation.Enqueue(new SimulatedWork(this, task));
        }

        _held.Clear();
    }

    internal void Enqueue(Task task)
    {
        if (!IsAlive)
        {
            return;
        }

        _simulation.Enqueue(new SimulatedWork(this, task));
    }

    internal void Execute(Task task)
    {
        if (IsPaused)
        {
            _held.Add(task);
            return;
        }

        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            _scheduler.Execute(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    // What nobody awaits would vanish with its task: it fails the run instead.
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            _simulation.Fail($"Unhandled in {Name}: {e}");
        }
    }

    private sealed class ProcessTaskScheduler(SimulatedProcess process) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        public void Execute(Task task) => TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => process.Enqueue(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
    }

    private sealed class ProcessSynchronizationContext(SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process.Post(() => d(state));

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Send would block the simulation.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
