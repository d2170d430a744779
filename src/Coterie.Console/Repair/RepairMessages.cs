using System.Text.Json.Serialization;
using Coterie.Host.Admin.Trees;
using Coterie.WebConsole.Query;

namespace Coterie.WebConsole.Repair;

/// <summary>How well replicas agree, as their nodes know it.</summary>
/// <param name="Tables">The first of them, by name.</param>
/// <param name="TablesTotal">How many there are.</param>
/// <param name="Hints">Who keeps what for whom; none: nothing waits.</param>
public sealed record RepairOverview(IReadOnlyList<RepairNode> Nodes, IReadOnlyList<RepairTable> Tables, int TablesTotal, IReadOnlyList<RepairHints> Hints)
{
    public static RepairOverview Nothing { get; } = new([], [], 0, []);

    /// <summary>Empty: there is no node of that name.</summary>
    public string IdOf(string name) => Nodes.FirstOrDefault(node => node.Name == name)?.Id ?? "";

    public string NameOf(string id) => Nodes.FirstOrDefault(node => node.Id == id)?.Name ?? id;
}

/// <param name="Answers">It was asked, and answered; otherwise what is said of it others say.</param>
/// <param name="Up">Some node sees it alive.</param>
public sealed record RepairNode(string Id, string Name, bool Answers, bool Up);

/// <param name="Pairs">Pairs of replicas that are compared, as far as the nodes that drive them answer; 0: it has no trees, or those nodes are silent.</param>
/// <param name="SecondsSinceEqual">How long ago all of them were last known to be equal; null: not known of some pair.</param>
/// <param name="Failure">Why a comparison failed the last time; null: none did.</param>
public sealed record RepairTable(string Keyspace, string Name, int Pairs, double? SecondsSinceEqual, string? Failure);

/// <param name="At">Who keeps them.</param>
/// <param name="For">Who has missed them.</param>
public sealed record RepairHints(string At, string For, long Count, long Bytes, double OldestSeconds);

/// <summary>What a repair of a table did.</summary>
/// <param name="Problems">Of nodes that did not take part, and pairs that could not be compared.</param>
public sealed record RepairOutcome(long RangesCompared, long RowsRead, long RowsDifferent, long RowsSent, double Seconds, IReadOnlyList<string> Problems);

/// <summary>By which net a difference is to be caught: hints, readRepair or trees.</summary>
public enum RepairNet
{
    Hints,
    ReadRepair,
    Trees,
}

/// <summary>A difference that the lab has made.</summary>
/// <param name="Table">keyspace.table.</param>
/// <param name="Node">The replica that is unlike the others.</param>
/// <param name="Other">One of the others.</param>
/// <param name="Partition">The row's partition key, hex: for <c>/api/repair/row</c>.</param>
/// <param name="How">What was done, for people.</param>
public sealed record RepairDivergence(RepairNet Net, string Table, string Node, string Other, string Key, string Partition, string How);

/// <summary>What the lab has done last, and what is possible now.</summary>
/// <param name="Divergence">Null: nothing yet.</param>
/// <param name="CanStart">The node is dead and can be started.</param>
public sealed record RepairLabState(RepairDivergence? Divergence, bool CanStart);

/// <summary>Why something was not done.</summary>
public sealed record RepairProblem(string Problem);

/// <summary>An answer, or the reason why there is none.</summary>
internal sealed record RepairReply<T>(T? Answer, string? Problem, int Status = 200)
    where T : class
{
    public static RepairReply<T> Refused(string problem, int status) => new(null, problem, status);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RepairOverview))]
[JsonSerializable(typeof(RepairOutcome))]
[JsonSerializable(typeof(RepairLabState))]
[JsonSerializable(typeof(RepairProblem))]
[JsonSerializable(typeof(TreeReport))]
[JsonSerializable(typeof(RowReport))]
[JsonSerializable(typeof(QueryAnswer))]
internal sealed partial class RepairPageJson : JsonSerializerContext;
