package com.example

import org.attention4j.layers.SelfAttentionLayer
import org.attention4j.monitor.AttentionMonitor
import org.attention4j.monitor.alarms.AlarmRules
import org.attention4j.monitor.reporters.Reporters
import org.attention4j.normalizer.Normalizers
import org.deeplearning4j.nn.conf.NeuralNetConfiguration
import org.deeplearning4j.nn.conf.inputs.InputType
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork
import org.nd4j.linalg.activations.Activation
import org.nd4j.linalg.dataset.DataSet
import org.nd4j.linalg.factory.Nd4j
import org.nd4j.linalg.learning.config.Adam
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction

/** At every step the network learns to give the largest number of the sequence, by feature. */
fun main() {
    val attention = SelfAttentionLayer.Builder().nOut(16).nHeads(2).projectInput(true)
    val output = RnnOutputLayer.Builder(LossFunction.MSE).nOut(4)
    val network = MultiLayerNetwork(
        NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(Adam(1e-2))
            .list(
                attention.normalizer(Normalizers.topK(8)).build(),
                output.activation(Activation.IDENTITY).build()
            )
            .setInputType(InputType.recurrent(4))
            .build()
    )
    network.init()
    network.setListeners(
        AttentionMonitor.builder()
            .every(50)
            .alarms(AlarmRules.all())
            .reportTo(Reporters.log())
            .build()
    )
    Nd4j.getRandom().setSeed(1)
    val x = Nd4j.randn(16, 4, 12) // examples, features, steps
    val y = x.max(true, 2).broadcast(*x.shape())
    val before = network.score(DataSet(x, y))
    repeat(100) { network.fit(x, y) }
    println("loss before %.3f, after %.3f".format(before, network.score(DataSet(x, y))))
}
