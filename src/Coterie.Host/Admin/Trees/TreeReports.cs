using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.Host.Admin.Trees;

/// <summary>The answer of <c>/api/trees</c>: which replicas of a table share ranges, and so have trees to compare.</summary>
/// <param name="Columns">Name and CQL type of each, in the order of <c>SELECT *</c>.</param>
public sealed record TreesReport(string Keyspace, string Table, IReadOnlyList<TreeColumn> Columns, IReadOnlyList<TreePairReport> Pairs);

public sealed record TreeColumn(string Name, string Type);

/// <param name="Left">A node's id.</param>
/// <param name="Right">The other's.</param>
/// <param name="Ranges">Ranges of tokens that both keep; neighbours count as one.</param>
public sealed record TreePairReport(string Left, string Right, int Ranges);

/// <summary>The answer of <c>/api/trees/compare</c>: the trees of two replicas at one range of a table's keys. Either parts of it, or, where it is one leaf, the rows that differ.</summary>
/// <param name="Lower">The first key, in the engine's form, as hex.</param>
/// <param name="Upper">The first key behind it.</param>
/// <param name="Leaf">Null: there are parts.</param>
public sealed record TreeReport(
    string Keyspace,
    string Table,
    string LeftNode,
    string RightNode,
    string Lower,
    string Upper,
    TreeHashReport Left,
    TreeHashReport Right,
    IReadOnlyList<TreePartReport> Parts,
    TreeLeafReport? Leaf);

/// <param name="Hash">The sum of the hashes of the entries, 32 hex digits; null: too much of it has just changed to be read for one answer.</param>
/// <param name="Rows">Entries.</param>
public sealed record TreeHashReport(string? Hash, long Rows);

/// <param name="Equal">Both know their hash of it, and it is the same.</param>
public sealed record TreePartReport(string Lower, string Upper, TreeHashReport Left, TreeHashReport Right, bool Equal);

/// <param name="Left">Entries of the one.</param>
/// <param name="Right">Entries of the other.</param>
/// <param name="Different">Entries that differ, or that only one has.</param>
/// <param name="Rows">The first of those.</param>
public sealed record TreeLeafReport(int Left, int Right, int Different, IReadOnlyList<TreeRowReport> Rows);

/// <param name="Id">The key in the engine's form, as hex: what to ask <c>/api/trees/row</c> for.</param>
/// <param name="Key">For people.</param>
/// <param name="Left">When its newest cell was written, microseconds since 1970; null: that replica has no such row.</param>
/// <param name="Right">The same of the other.</param>
public sealed record TreeRowReport(string Id, string Key, long? Left, long? Right);

/// <summary>The answer of <c>/api/trees/row</c>: one row as each of two replicas has it on its disk.</summary>
/// <param name="Left">Null: that replica has no such row.</param>
public sealed record RowReport(string Id, string Key, bool Equal, RowVersionReport? Left, RowVersionReport? Right);

/// <param name="Hash">Of key and row, 32 hex digits: what the tree adds up.</param>
/// <param name="LeftOut">Cells that are not shown, since there are very many.</param>
public sealed record RowVersionReport(string Hash, IReadOnlyList<RowCellReport> Cells, int LeftOut);

/// <param name="Name">The column, with the element's key where it is a collection; or what is deleted.</param>
/// <param name="Value">A CQL literal, cut off where it is long; null: there is none, as of a tombstone.</param>
/// <param name="Kind">value, expiring, tombstone, marker or deletion.</param>
/// <param name="Timestamp">Microseconds since 1970, as text: JSON numbers lose the last digits of 64-bit integers in many readers.</param>
public sealed record RowCellReport(string Name, string? Value, string Kind, string Timestamp);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TreesReport))]
[JsonSerializable(typeof(TreeReport))]
[JsonSerializable(typeof(RowReport))]
public sealed partial class TreeJson : JsonSerializerContext;
