using System.IO.Pipelines;
using Coterie.Server.Connections;

namespace Coterie.Server.Tests.Connections;

public sealed class ConnectionOutputTests
{
    [Fact]
    public async Task What_comes_while_a_flush_is_on_its_way_leaves_together_in_the_next()
    {
        const int Answers = 1_000;

        // A flush is on its way until the other side has read all of it.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var counters = new ServerCounters();
        var output = new ConnectionOutput(pipe.Writer, TimeProvider.System, counters);
        var flusher = output.RunAsync();
        output.Append(new byte[10]);
        var first = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(10, first.Buffer.Length);
        for (var i = 1; i < Answers; i++)
        {
            output.Append(new byte[10]);
        }

        pipe.Reader.AdvanceTo(first.Buffer.End);
        var second = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(10 * (Answers - 1), second.Buffer.Length);
        pipe.Reader.AdvanceTo(second.Buffer.End);
        output.Finish();
        await flusher;
        Assert.Equal(2, counters.Flushes);
    }
}
