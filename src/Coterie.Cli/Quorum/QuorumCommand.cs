using System.CommandLine;
using System.Text.Json;
using Coterie.Host.Start;
using Coterie.Model.Quorum;
using Coterie.Model.Quorum.Reports;

namespace Coterie.Cli.Quorum;

/// <summary><c>coterie quorum</c>: what N, R and W promise, what they survive and what they cost, worked out. It asks no cluster.</summary>
internal static class QuorumCommand
{
    private const int TrialsMax = 10_000_000;

    private static readonly QuorumWords Usual = new();

    public static Command Create()
    {
        var options = new QuorumOptions();
        var command = new Command("quorum", "Work out what N, R and W promise: consistency, failures, availability, latency and staleness");
        foreach (var option in options.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, _) => Task.FromResult(Run(
            options.Words(result), result.GetValue(options.Trials), result.GetValue(options.Seed), result.GetValue(options.Json), Console.Out, Console.Error)));
        return command;
    }

    /// <summary>The command without its command line.</summary>
    /// <param name="words">Null in place of each that was said twice, with what to say of it.</param>
    internal static int Run((QuorumWords? Words, string? Problem) words, int trials, ulong seed, bool json, TextWriter output, TextWriter error)
    {
        IReadOnlyList<string> problems = [];
        QuorumQuestion? question = null;
        if (words.Words is null)
        {
            problems = [words.Problem!];
        }
        else if (trials is < 1_000 or > TrialsMax)
        {
            problems = [$"--trials must be from 1000 to {TrialsMax}"];
        }
        else if (QuorumQuestion.TryParse(words.Words, out question, out var wrong))
        {
            var report = QuorumReport.Of(new QuorumVerdict(question!), DelayReport.Of(question!, trials, seed));
            if (json)
            {
                output.WriteLine(JsonSerializer.Serialize(report, QuorumReportJson.Default.QuorumReport));
            }
            else
            {
                QuorumOutput.Show(report, question!, output, !Console.IsOutputRedirected && ReferenceEquals(output, Console.Out));
            }

            return ExitCodes.Success;
        }
        else
        {
            problems = wrong;
        }

        foreach (var problem in problems)
        {
            error.WriteLine($"coterie: {problem}");
        }

        return ExitCodes.Usage;
    }

    private sealed class QuorumOptions
    {
        private readonly Option<string> _replicas = Text("--n", "Replicas of each key, 1 to 9", "N");
        private readonly Option<string> _datacenters = Text("--dcs", "Replicas in each of up to five data centres: 3,3 or east:3,west:2", "N,N,…");
        private readonly Option<string> _read = Text("--r", $"Replicas that must answer a read (default: {Usual.Read})", "R");
        private readonly Option<string> _write = Text("--w", $"Replicas that must have a write (default: {Usual.Write})", "W");
        private readonly Option<string> _readLevel = Text("--read-level", "The same as --r by the name of a consistency level", "LEVEL");
        private readonly Option<string> _writeLevel = Text("--write-level", "The same as --w by the name of a consistency level", "LEVEL");
        private readonly Option<string> _readFrom = Text("--read-from", "The data centre whose nodes are asked to read (default: the first)", "NAME");
        private readonly Option<string> _writeFrom = Text("--write-from", "The data centre whose nodes are asked to write (default: the first)", "NAME");
        private readonly Option<string> _up = Text("--node-availability", $"The chance of each node to be up (default: {Usual.NodeAvailability})", "P");
        private readonly Option<string> _dead = Text("--dead", "Replicas that are dead, numbered from 1 through all data centres", "1,2,…");
        private readonly Option<string> _model = Text(
            "--model", $"How long messages take: lnkd-ssd, lnkd-disk, ymmr, or your own, in ms: 'w=exp(5);ars=uniform(1,2)' (default: {Usual.Model})", "MODEL");

        private readonly Option<string> _remote = Text("--remote-ms", "How much longer a message between data centres takes (default: 0)", "MS");

        public Option<int> Trials { get; } = new("--trials")
        {
            Description = "Writes and reads that are tried out to predict latency and staleness",
            HelpName = "COUNT",
            DefaultValueFactory = static _ => DelayReport.UsualTrials,
        };

        public Option<ulong> Seed { get; } = new("--seed") { Description = "Of what is drawn by chance: the same seed, the same figures", HelpName = "SEED", DefaultValueFactory = static _ => 1 };

        public Option<bool> Json { get; } = new("--json") { Description = "Print JSON" };

        public IEnumerable<Option> All =>
            [_replicas, _datacenters, _read, _readLevel, _write, _writeLevel, _readFrom, _writeFrom, _up, _dead, _model, _remote, Trials, Seed, Json];

        public (QuorumWords? Words, string? Problem) Words(ParseResult result)
        {
            foreach (var (one, other) in new[] { (_replicas, _datacenters), (_read, _readLevel), (_write, _writeLevel) })
            {
                if (result.GetValue(one) is not null && result.GetValue(other) is not null)
                {
                    return (null, $"{one.Name} and {other.Name} say the same thing: give one of them");
                }
            }

            return (new QuorumWords
            {
                Replicas = result.GetValue(_replicas) ?? result.GetValue(_datacenters) ?? Usual.Replicas,
                Read = result.GetValue(_read) ?? result.GetValue(_readLevel) ?? Usual.Read,
                Write = result.GetValue(_write) ?? result.GetValue(_writeLevel) ?? Usual.Write,
                ReadFrom = result.GetValue(_readFrom),
                WriteFrom = result.GetValue(_writeFrom),
                NodeAvailability = result.GetValue(_up) ?? Usual.NodeAvailability,
                Model = result.GetValue(_model) ?? Usual.Model,
                RemoteMilliseconds = result.GetValue(_remote) ?? Usual.RemoteMilliseconds,
                Dead = result.GetValue(_dead) ?? Usual.Dead,
            }, null);
        }

        private static Option<string> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };
    }
}
