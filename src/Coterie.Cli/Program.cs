using System.CommandLine;
using Coterie.Cli.Bench;
using Coterie.Cli.Cql;
using Coterie.Cli.Dev;
using Coterie.Cli.Lab;
using Coterie.Cli.Quorum;
using Coterie.Cli.Repair;
using Coterie.Cli.Start;
using Coterie.Cli.Status;

var root = new RootCommand("Coterie: a leaderless database that speaks CQL")
{
    DevCommand.Create(),
    StartCommand.Create(),
    StatusCommand.Create(),
    RingCommand.Create(),
    RepairCommand.Create(),
    QuorumCommand.Create(),
    CqlCommand.Create(),
    BenchCommand.Create(),
    LabCommand.Create(),
    LimitCommands.CreateNode(),
    LimitCommands.CreateEcho(),
};

// The commands that run long look after Ctrl-C and SIGTERM themselves: they drain.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
