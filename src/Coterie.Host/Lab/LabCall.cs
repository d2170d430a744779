using System.Diagnostics;
using Coterie.Model.Histories;

namespace Coterie.Host.Lab;

/// <summary>One call of a client of <see cref="LabRegisters"/>.</summary>
/// <param name="Node">The place of the node that was asked.</param>
/// <param name="Call">Its times are of <see cref="Stopwatch"/>.</param>
public readonly record struct LabCall(int Register, int Node, RegisterCall Call);
