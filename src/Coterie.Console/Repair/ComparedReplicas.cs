namespace Coterie.WebConsole.Repair;

/// <summary>What is compared with what.</summary>
/// <param name="Table">keyspace.table</param>
/// <param name="Left">The id of a node.</param>
/// <param name="Right">The id of another.</param>
public sealed record ComparedReplicas(string Table, string Left, string Right);
